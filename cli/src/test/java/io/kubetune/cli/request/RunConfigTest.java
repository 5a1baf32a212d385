package io.kubetune.cli.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.ConfigReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunConfigTest {
  @TempDir Path folder;

  @Test
  void shorthandsAndSetReachTheConfigAndTheRuntimePlacesFiles() {
    TuneRequest request =
        request(
            Map.of(
                Field.RANK, List.of("16"),
                Field.LEARNING_RATE, List.of("1e-3"),
                Field.TARGET_MODULES, List.of("q_proj,v_proj"),
                Field.SET, List.of("KubetuneConfig.loss_on=all")));
    RunConfig run = RunConfig.of(request, Map.of("TrainingArguments.output_dir", "/tmp/a: b"));
    TrainingConfig config = ConfigReader.read(run.text(), "again").config();
    assertThat(config).isEqualTo(run.config());
    assertThat(config.lora().r()).isEqualTo(16);
    assertThat(config.training().learningRate()).isEqualTo(1e-3);
    assertThat(config.training().outputDir()).isEqualTo("/tmp/a: b");
    assertThat(config.kubetune().lossOn()).isEqualTo(TrainingConfig.KubetuneConfig.LossOn.ALL);
  }

  @Test
  void qloraQuantizesAndAMethodThatIsNotGivenFollowsFromTheConfig() throws IOException {
    assertThat(RunConfig.of(request(Map.of(Field.METHOD, List.of("qlora"))), Map.of()).config())
        .satisfies(config -> {
          assertThat(config.quantization().kind()).isEqualTo(TrainingConfig.Quantization.Kind.NF4);
          assertThat(config.kubetune().method()).isEqualTo(Method.QLORA);
        });
    Files.writeString(
        folder.resolve("c.yaml"), "training_config: {QuantizationConfig: {load_in_4bit: true}}");
    assertThat(request(Map.of(Field.CONFIG, List.of("c.yaml"))).method()).isEqualTo(Method.QLORA);
    assertThat(
            problems(Map.of(Field.CONFIG, List.of("c.yaml"), Field.METHOD, List.of("lora")))
                .getFirst()
                .place())
        .isEqualTo("--method");
  }

  @Test
  void wrongValuesAreReportedWhereTheUserWroteThem() throws IOException {
    Files.writeString(
        folder.resolve("c.yaml"),
        """
        training_config:
          TrainingArguments:
            learning_rate: .nan
          LoraConfig:
            rnak: 8
        """);
    List<Problem> problems =
        problems(
            Map.of(
                Field.CONFIG, List.of("c.yaml"),
                Field.RANK, List.of("0"),
                Field.SET, List.of("TrainingArguments.max_stps=3")));
    assertThat(problems.stream().map(Problem::place)).contains("--set TrainingArguments.max_stps");
    assertThat(problems.toString()).contains("max_steps");
    problems = problems(Map.of(Field.CONFIG, List.of("c.yaml"), Field.RANK, List.of("0")));
    assertThat(problems.stream().map(Problem::place))
        .containsExactlyInAnyOrder(
            "--rank", "c.yaml:3 TrainingArguments.learning_rate", "c.yaml:5 LoraConfig.rnak");
  }

  @Test
  void warningsAreOfWhatTheUserWroteAlone() throws IOException {
    assertThat(
            RunConfig.of(
                    request(Map.of(Field.SET, List.of("ModelConfig.device_map=auto"))), Map.of())
                .warnings()
                .stream()
                .map(Problem::place))
        .containsExactly("--set ModelConfig.device_map");
    Files.writeString(folder.resolve("c.yaml"), "ModelConfig: {device_map: auto}\n");
    assertThat(RunConfig.of(request(Map.of(Field.CONFIG, List.of("c.yaml"))), Map.of()).warnings())
        .hasSize(1);
    assertThat(RunConfig.of(request(Map.of()), Map.of()).warnings()).isEmpty();
  }

  @Test
  void twoWaysToSetOneKeyAndKeysThatTheRuntimeDecidesAreRefused() {
    assertThat(
            problems(
                    Map.of(
                        Field.RANK, List.of("4"),
                        Field.SET,
                            List.of("LoraConfig.r=8", "TrainingArguments.output_dir=/elsewhere")))
                .toString())
        .contains("also set by --set LoraConfig.r")
        .contains("the runtime decides TrainingArguments.output_dir");
  }

  @Test
  void kaitosConfigHasItsOwnSectionsAlone() {
    Map<Field, List<String>> kaito = new HashMap<>();
    kaito.put(Field.RUNTIME, List.of("kaito"));
    kaito.put(Field.MODEL, List.of("phi-4"));
    kaito.put(Field.DATA, List.of("https://h.example.com/rows.parquet"));
    kaito.put(Field.OUTPUT, List.of("r.example.com/a:1"));
    kaito.put(Field.OUTPUT_SECRET, List.of("push"));
    kaito.put(Field.METHOD, List.of("qlora"));
    RunConfig run = RunConfig.of(request(kaito), Map.of());
    assertThat(run.text()).doesNotContain("KubetuneConfig").contains("load_in_4bit: true");
    // Refused by our own trainer, obeyed by KAITO's.
    kaito.put(Field.SET, List.of("TrainingArguments.group_by_length=true"));
    assertThat(RunConfig.of(request(kaito), Map.of()).text()).contains("group_by_length: true");
    kaito.put(Field.SET, List.of("TrainingArguments.group_by_lenght=true"));
    assertThat(problems(kaito).toString()).contains("group_by_length");
    kaito.put(Field.SET, List.of("KubetuneConfig.threads=2"));
    assertThat(problems(kaito).toString()).contains("KAITO refuses this section");
  }

  @Test
  void everyDefaultIsAcceptedByTheReaderWithoutAWarningOfOurOwn() throws IOException {
    Path configs = Path.of(System.getProperty("kubetune.root"), "templates/configs");
    try (Stream<Path> files = Files.list(configs)) {
      for (Path each : files.toList()) {
        List<Problem> warnings = ConfigReader.read(each).warnings();
        if (!each.getFileName().toString().startsWith("kaito")) {
          assertThat(warnings).as(each.toString()).isEmpty();
        }
      }
    }
  }

  private TuneRequest request(Map<Field, List<String>> values) {
    Map<Field, List<String>> all = new HashMap<>();
    all.put(Field.NAME, List.of("bot"));
    all.put(Field.RUNTIME, List.of("local"));
    all.put(Field.MODEL, List.of("./m"));
    all.put(Field.DATA, List.of("r.jsonl"));
    all.putAll(values);
    return new RequestReader(folder, new ByteArrayInputStream(new byte[0]), "abcde")
        .read(Flags.of(all));
  }

  private List<Problem> problems(Map<Field, List<String>> values) {
    TuneException refused = catchThrowableOfType(TuneException.class, () -> request(values));
    assertThat(refused).isNotNull();
    return refused.problems();
  }
}
