package io.kubetune.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventLineTest {
  private static final Instant TIME = Instant.parse("2026-11-23T04:30:00Z");

  private static Event.Step step(double loss, double gradNorm) {
    return new Event.Step(
        3, 60, 0.05, loss, gradNorm, 2e-4, 2048, 900, 1.25, 1638.4, 1L << 40, false);
  }

  private static Stream<Event> events() {
    return Stream.of(
        new Event.Started(
            1,
            "0.1.0",
            "qlora",
            "llama",
            7_000_000_000L,
            4_194_304,
            "cpu",
            2,
            "nf4",
            "float32",
            "no bf16 \"unit\"",
            12,
            3,
            5_000_000_000L,
            40,
            1,
            2,
            60,
            0.5,
            OptionalInt.of(20)),
        new Event.Started(
            1,
            "0.1.0",
            "lora",
            "qwen2",
            1,
            2,
            "cuda:0",
            0,
            "bfloat16",
            "bfloat16",
            "",
            1,
            0,
            3,
            2,
            0,
            0,
            1,
            3,
            OptionalInt.empty()),
        step(2.31, 0.125),
        step(Double.NaN, Double.POSITIVE_INFINITY),
        step(Double.NEGATIVE_INFINITY, Double.MIN_VALUE),
        new Event.Evaluated(10, "before", 2.5, 12.18, 0.4321, 77, 5, 0.25),
        new Event.Checkpointed(500, "checkpoint-500", true),
        new Event.Warned("slow_storage", "line\nbreak \u2028 and é"),
        new Event.Completed(
            60,
            "/mnt/results",
            12.5,
            99,
            7.9,
            5,
            OptionalDouble.of(1.5),
            OptionalDouble.empty(),
            OptionalDouble.of(Double.NaN)),
        new Event.Failed("bad_data", 4, "row is empty", "mend it", Optional.of("train.jsonl:7")),
        new Event.Failed("diverged", 11, "loss is NaN", "lower the rate", Optional.empty()));
  }

  @ParameterizedTest
  @MethodSource("events")
  void everyEventIsOneLineThatReadsBackTheSame(Event event) {
    TimedEvent timed = new TimedEvent(TIME, event);
    String line = EventLine.write(timed);
    assertThat(line).doesNotContain("\n", "null").startsWith("{\"event\":\"");
    assertThat(EventLine.read(line)).contains(timed);
  }

  @Test
  void aStepHasTheFieldsThatTheContractNamesInOrder() {
    assertThat(EventLine.write(new TimedEvent(TIME, step(Double.NaN, 0.5))))
        .isEqualTo(
            "{\"event\":\"step\",\"time\":\"2026-11-23T04:30:00.000Z\",\"step\":3,\"steps\":60,"
                + "\"epoch\":0.05,\"loss\":\"NaN\",\"grad_norm\":0.5,\"learning_rate\":2.0E-4,"
                + "\"tokens\":2048,\"label_tokens\":900,\"seconds\":1.25,"
                + "\"tokens_per_second\":1638.4,\"peak_memory_bytes\":1099511627776,"
                + "\"skipped\":false}");
  }

  @Test
  void fieldsOfANewerTrainerArePassedOver() {
    String line =
        "{\"event\":\"checkpointed\",\"time\":\"2026-11-23T04:30:00.000Z\",\"step\":5,"
            + "\"path\":\"checkpoint-5\",\"best\":false,\"shards\":[1,2]}";
    assertThat(EventLine.read(line))
        .contains(new TimedEvent(TIME, new Event.Checkpointed(5, "checkpoint-5", false)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Downloading shards: 100%",
        "[1,2]",
        "{\"event\":\"merged\",\"time\":\"2026-11-23T04:30:00.000Z\"}",
        "{\"event\":\"step\",\"time\":\"2026-11-23T04:30:00.000Z\",\"step\":3,\"ste",
        "{\"event\":\"warned\",\"time\":\"yesterday\",\"code\":\"a\",\"message\":\"b\"}",
        "{\"event\":\"warned\",\"time\":\"2026-11-23T04:30:00.000Z\",\"code\":\"a\"}",
        "{\"event\":\"warned\",\"time\":\"2026-11-23T04:30:00.000Z\",\"code\":1,\"message\":\"b\"}"
      })
  void aLineThatHoldsNoWholeEventIsEmptyAndNoFailure(String line) {
    assertThat(EventLine.read(line)).isEmpty();
  }
}
