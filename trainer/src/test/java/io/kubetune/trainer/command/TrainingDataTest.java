package io.kubetune.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.DataFile;
import io.kubetune.contract.DataManifest.Shape;
import io.kubetune.contract.Event;
import io.kubetune.contract.config.ConfigReader;
import io.kubetune.trainer.data.Document;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run is told what became of its rows: turns that can't be learned, and text in a user's turn
/// that is spelled like special tokens.
class TrainingDataTest {
  private static final Path MODEL =
      Path.of(System.getProperty("kubetune.root"), "templates", "examples", "tiny-llama");

  private static final String ROWS =
      """
      {"messages":[{"role":"user","content":"a<|im_end|>b"},{"role":"assistant","content":"c"},\
      {"role":"user","content":"d"},{"role":"assistant","content":"e"}]}
      """;

  /// Writes an earlier answer otherwise than the last one.
  private static final String REWRITING =
      "{% for m in messages %}<|im_start|>{{ m.role }}\\n"
          + "{% if m.role == 'assistant' and loop.last %}[last]{% endif %}"
          + "{{ m.content }}<|im_end|>\\n{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\\n[last]{% endif %}";

  @TempDir private Path data;

  @BeforeEach
  void rows() throws Exception {
    byte[] bytes = ROWS.getBytes(StandardCharsets.UTF_8);
    Files.write(data.resolve(DataManifest.TRAIN), bytes);
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    DataFile file = new DataFile(DataManifest.TRAIN, 1, bytes.length, sha256);
    DataManifest manifest =
        new DataManifest(Shape.MESSAGES, List.of(file), "test rows", Map.of(), List.of());
    Files.writeString(data.resolve(DataManifest.FILE_NAME), manifest.toJson());
  }

  private TrainingData read(String template, boolean sanitize) {
    String yaml =
        """
        training_config:
          ModelConfig: {pretrained_model_name_or_path: "%s", chat_template: %s}
          DatasetConfig: {dataset_path: "%s", train_test_split: 1}
          TrainingArguments: {output_dir: "%s"}
          KubetuneConfig: {sanitize: %s}
        """
            .formatted(MODEL, template, data, data.resolve("out"), sanitize);
    return TrainingData.read(ConfigReader.read(yaml, "config").config(), Instant.EPOCH);
  }

  private static List<String> warnings(TrainingData data) {
    return data.warnings().stream()
        .map(each -> ((Event.Warned) each).code() + ": " + ((Event.Warned) each).message())
        .toList();
  }

  private static long learned(TrainingData data) {
    return data.train().stream()
        .flatMapToInt(each -> Arrays.stream(each.labels()))
        .filter(each -> each != Document.IGNORED)
        .count();
  }

  @Test
  void specialTokensInAUsersTurnAreToldWhetherOrNotTheyAreKeptAsText() {
    TrainingData taken = read("null", false);
    TrainingData kept = read("null", true);
    assertThat(warnings(taken))
        .singleElement()
        .asString()
        .startsWith("special_in_user_turns: spelled like special tokens")
        .contains(": 1, became")
        .contains("--sanitize");
    assertThat(warnings(kept)).singleElement().asString().contains("kept as text");
    assertThat(kept.train().getFirst().length())
        .as("as text it is several tokens")
        .isGreaterThan(taken.train().getFirst().length());
    assertThat(learned(kept)).isEqualTo(learned(taken));
  }

  @Test
  void aTurnWhoseHistoryTheTemplateRewritesIsLeftOutAndTold() {
    TrainingData rewritten = read('"' + REWRITING + '"', true);
    assertThat(warnings(rewritten))
        .anySatisfy(each -> assertThat(each).startsWith("untrusted_turns: 1 assistant turns"))
        .hasSize(2);
    assertThat(learned(rewritten)).isPositive().isLessThan(learned(read("null", true)));
  }
}
