package io.kubetune.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kubetune.contract.TrainingConfig.Training;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Against transformers' own schedules; `make_schedule_golden.py` wrote them.
class ScheduleTest {

  @Test
  void everyRateOfEveryScheduleIsTransformers() throws Exception {
    JsonNode golden;
    try (var in = ScheduleTest.class.getResourceAsStream("/train/schedules.json")) {
      golden = JsonMapper.shared().readTree(in);
    }
    int rates = 0;
    for (JsonNode each : golden.path("cases")) {
      Map<String, Double> arguments = new HashMap<>();
      each.path("arguments")
          .properties()
          .forEach(entry -> arguments.put(entry.getKey(), entry.getValue().asDouble()));
      var settings = new TrainingSettings();
      settings.learningRate = each.path("peak").asDouble();
      settings.schedule =
          Training.Schedule.valueOf(each.path("schedule").asString().toUpperCase(Locale.ROOT));
      settings.warmupSteps = each.path("warmup_steps").asInt();
      settings.scheduleArguments = arguments;
      Schedule schedule = Schedule.of(settings.training(), each.path("steps").asInt());
      for (int step = 0; step < each.path("rates").size(); step++) {
        assertThat(schedule.learningRate(step))
            .as("%s, step %d", each.path("schedule"), step)
            .isCloseTo(each.path("rates").get(step).asDouble(), within(1e-15));
        rates++;
      }
    }
    assertThat(rates).isGreaterThan(100);
  }

  @ParameterizedTest
  @CsvSource({"0, 0.1, 25, 3", "0, 0.03, 10, 1", "5, 0.9, 10, 5", "0, 0, 10, 0"})
  void warmupStepsWinOverTheRatioWhichRoundsUp(int steps, double ratio, int all, int expected) {
    var settings = new TrainingSettings();
    settings.warmupSteps = steps;
    settings.warmupRatio = ratio;
    assertThat(Schedule.of(settings.training(), all).warmupSteps()).isEqualTo(expected);
  }
}
