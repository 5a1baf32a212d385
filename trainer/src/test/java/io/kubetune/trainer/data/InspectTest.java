package io.kubetune.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.DataManifest.Shape;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `inspect` counts what training would see, and shows a row in pieces that make up its text.
class InspectTest {
  private static final String CHAT =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"é 👩‍💻?\"},"
          + "{\"role\":\"assistant\",\"content\":\"✅ 你好\"},{\"role\":\"user\",\"content\":\"b\"},"
          + "{\"role\":\"assistant\",\"content\":\"river\"}]}";

  @TempDir private Path data;

  @BeforeEach
  void present() {
    TokenizeGoldens.present();
  }

  private JsonNode inspect(String tokenizer, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--model",
                TokenizeGoldens.tokenizer(tokenizer).toString(),
                "--data",
                data.toString()));
    arguments.addAll(List.of(more));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code =
        Inspect.run(
            arguments.toArray(String[]::new), new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(code).isZero();
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text).endsWith("\n").containsOnlyOnce("\n");
    return JsonMapper.shared().readTree(text);
  }

  @Test
  void countsAreThoseOfTheDocuments() throws IOException {
    RowFolder.of(
        data,
        Shape.TEXT,
        "{\"text\":\"river\"}",
        "{\"text\":\"" + "market ".repeat(30) + "\"}",
        "{\"text\":\"river market\"}");
    JsonNode json = inspect("smollm2", "--max-length", "20");
    assertThat(json.get("rows").intValue()).isEqualTo(3);
    assertThat(json.get("documents").intValue()).isEqualTo(3);
    assertThat(json.get("truncated").intValue()).isEqualTo(1);
    assertThat(json.get("longer_than_max_length").intValue()).isEqualTo(1);
    assertThat(json.get("label_tokens").intValue()).isEqualTo(json.get("tokens").intValue() - 3);
    JsonNode lengths = json.get("row_length");
    assertThat(json.get("row_tokens").intValue())
        .isEqualTo(
            lengths.get("shortest").intValue()
                + lengths.get("median").intValue()
                + lengths.get("longest").intValue());
    int counted = 0;
    for (JsonNode bar : json.get("histogram")) {
      counted += bar.get("rows").intValue();
    }
    assertThat(counted).isEqualTo(3);
    assertThat(json.get("histogram").size()).isLessThanOrEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"smollm2", "qwen", "llama2", "llama3"})
  void aRowsPiecesMakeUpItsTextAndTheLearnedOnesAreTheAnswers(String tokenizer) throws IOException {
    RowFolder.of(data, Shape.MESSAGES, CHAT, CHAT);
    JsonNode json = inspect(tokenizer, "--row", "2");
    StringBuilder text = new StringBuilder();
    List<String> learned = new ArrayList<>();
    int tokens = 0;
    for (JsonNode each : json.get("segments")) {
      text.append(each.get("text").stringValue());
      tokens += each.get("tokens").intValue();
      if (each.get("learned").booleanValue()) {
        learned.add(each.get("text").stringValue());
      }
    }
    assertThat(text.toString()).isEqualTo(json.get("text").stringValue());
    assertThat(tokens).isEqualTo(json.get("tokens").intValue());
    assertThat(learned).hasSize(2);
    assertThat(learned.get(0)).contains("✅ 你好").doesNotContain("👩‍💻");
    assertThat(learned.get(1)).contains("river");
  }

  @Test
  void theTokenThatBeginsPlainTextIsShownWithIt() throws IOException {
    RowFolder.of(data, Shape.PROMPT_COMPLETION, "{\"prompt\":\"Q:\",\"completion\":\" river\"}");
    JsonNode json = inspect("llama3", "--row", "1");
    assertThat(json.get("text").stringValue()).isEqualTo("Q: river<|eot_id|>");
    assertThat(json.get("segments").get(0).get("text").stringValue())
        .isEqualTo("<|begin_of_text|>Q:");
    assertThat(json.get("segments").get(1).get("text").stringValue()).isEqualTo(" river<|eot_id|>");
  }

  @Test
  void everyWrongOptionIsNamedAtOnce() {
    TuneException refusal =
        catchThrowableOfType(
            TuneException.class,
            () ->
                Inspect.run(
                    new String[] {"--row", "0", "--loss-on", "answers", "--nonsense", "1"},
                    System.out));
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(refusal.problems())
        .extracting(Problem::place)
        .containsExactlyInAnyOrder("--row", "--loss-on", "--nonsense", "--model", "--data");
  }

  @Test
  void aRowThatIsNotThereIsSaid() throws IOException {
    RowFolder.of(data, Shape.MESSAGES, CHAT);
    TuneException refusal =
        catchThrowableOfType(TuneException.class, () -> inspect("smollm2", "--row", "2"));
    assertThat(refusal.problems().getFirst().found()).isEqualTo("train.jsonl has 1 rows");
  }
}
