package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Main;
import io.kubetune.cli.Typed;
import io.kubetune.cli.terminal.Screen;
import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `plan`, `models`, `explain` and `init`, as they are typed.
class KnowledgeCommandsTest {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("kubetune.root"), "templates/examples");

  @TempDir Path folder;

  @Test
  void planCountsRowsAndStepsAsTheTrainerWillAndKeepsNothing() throws IOException {
    Path rows = folder.resolve("rows.jsonl");
    try (Stream<String> lines = Files.lines(EXAMPLES.resolve("kubectl-answers.jsonl"))) {
      Files.write(rows, lines.limit(101).toList());
    }
    Typed typed =
        typed(
            "plan",
            "--runtime",
            "local",
            "--model",
            EXAMPLES.resolve("tiny-llama").toString(),
            "--data",
            rows.toString(),
            "--epochs",
            "2",
            "--batch-size",
            "4",
            "--gradient-accumulation-steps",
            "2",
            "--target-modules",
            "q_proj,v_proj",
            "-o",
            "json");

    assertThat(typed.status()).isZero();
    JsonNode plan = JsonMapper.shared().readTree(typed.out());
    // ⌈101 · 0.1⌉ = 11 are kept; ⌈⌈90 / 4⌉ / 2⌉ = 12 steps an epoch.
    assertThat(plan.path("trainRows").asInt()).isEqualTo(90);
    assertThat(plan.path("evalRows").asInt()).isEqualTo(11);
    assertThat(plan.path("steps").asInt()).isEqualTo(24);
    // r (in + out) for q [192,192] and v [64,192] in 6 layers.
    assertThat(plan.path("trainableParameters").asInt()).isEqualTo(8 * (192 + 192 + 192 + 64) * 6);
    assertThat(plan.path("fits").asBoolean(false)).isTrue();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(rows);
    }
  }

  @Test
  void planOfAJobHasItsResources() {
    Typed typed =
        typed(
            "plan",
            "--runtime",
            "job",
            "--model",
            "llama-3.1-8b-instruct",
            "--data",
            "pvc://rows",
            "--output-image",
            "registry.example.com/a:1",
            "--gpus",
            "1");

    assertThat(typed.status()).isZero();
    assertThat(typed.out())
        .contains("8,030,261,248")
        .contains("nvidia.com/gpu")
        .contains("total, at most");
  }

  @Test
  void badRowsAreFoundByAPlan() throws IOException {
    Path rows = Files.writeString(folder.resolve("rows.jsonl"), "{\"messages\": 3}\n");
    Typed typed =
        typed(
            "plan",
            "--runtime",
            "local",
            "--model",
            EXAMPLES.resolve("tiny-llama").toString(),
            "--data",
            rows.toString());

    assertThat(typed.status()).isEqualTo(ExitCode.BAD_DATA.code());
    assertThat(typed.err()).contains("rows.jsonl:1");
  }

  @Test
  void modelsListsPresetsAndShowsOne() {
    assertThat(typed("models").out()).contains("phi-4 ").contains("14.66B").contains("MIT");
    assertThat(typed("models", "phi-4", "-o", "yaml").out())
        .contains("repository: microsoft/phi-4\n");
    assertThat(typed("models", "-o", "name").out()).contains("mistral-7b\n");
    Typed unknown = typed("models", "ph-4");
    assertThat(unknown.status()).isEqualTo(ExitCode.NOT_FOUND.code());
    assertThat(unknown.err()).contains("did you mean 'phi-4'?");
  }

  @Test
  void tablesFit80ColumnsAndNoWordIsBroken() {
    for (String line :
        List.of(
            "models",
            "models phi-4",
            "explain",
            "explain spec",
            "explain spec.pod",
            "explain LoraConfig",
            "explain TrainingArguments",
            "explain LoraConfig.target_modules",
            "explain QuantizationConfig.load_in_8bit")) {
      Screen screen = new Screen(80);
      Screen wide = new Screen(160);
      Main.run(line.split(" "), screen.terminal(), Map.of("KUBECONFIG", "/nowhere"));
      Main.run(line.split(" "), wide.terminal(), Map.of("KUBECONFIG", "/nowhere"));

      assertThat(screen.widest()).as(line).isLessThanOrEqualTo(80);
      assertThat(wide.widest()).as(line).isLessThanOrEqualTo(160);
      assertThat(screen.words()).as(line).containsExactlyInAnyOrderElementsOf(wide.words());
    }
  }

  @Test
  void explainTellsKeysSectionsAndFieldsAndTheNearestOfAnUnknownOne() {
    assertThat(typed("explain", "LoraConfig.r").out())
        .contains("LoraConfig.r\n")
        .contains("default  8")
        .contains("--rank N");
    assertThat(typed("explain", "learning_rate").out())
        .startsWith("TrainingArguments.learning_rate\n");
    assertThat(typed("explain", "ModelConfig.device_map").out()).contains("Has no effect here");
    assertThat(typed("explain", "LoraConfig").out()).contains("target_modules");
    assertThat(typed("explain").out()).contains("KubetuneConfig");
    assertThat(typed("explain", "spec.pod").out()).contains("--toleration");
    Typed unknown = typed("explain", "LoraConfig.rnak");
    assertThat(unknown.status()).isEqualTo(ExitCode.NOT_FOUND.code());
  }

  @Test
  void initWritesAnExampleThatCreateReadsAndNeverOverAnother() throws IOException {
    Path file = folder.resolve("tune.yaml");
    assertThat(typed("init", file.toString()).status()).isZero();
    assertThat(Files.readString(file)).isEqualTo(typed("init", "-").out());
    Typed again = typed("init", file.toString());
    assertThat(again.status()).isEqualTo(ExitCode.ALREADY_EXISTS.code());
    assertThat(typed("init", folder.resolve("no/such/folder.yaml").toString()).status())
        .isEqualTo(ExitCode.STORAGE.code());
  }

  private Typed typed(String... arguments) {
    return Typed.command(Map.of("XDG_STATE_HOME", folder.toString()), arguments);
  }
}
