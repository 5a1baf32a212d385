package io.kubetune.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.data.shape.ColumnMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// The same rows give the same canonical bytes, whatever file they come from.
class SameRowsTest {
  @TempDir Path folder;

  /// The canonical text of golden rows, made without any of the code under test.
  private static String canonical(String form) {
    StringBuilder text = new StringBuilder();
    for (JsonNode row : Goldens.expected("expected.json").get(form)) {
      text.append(Goldens.JSON.writeValueAsString(row)).append('\n');
    }
    return text.toString();
  }

  private String normalised(String file) throws Exception {
    String input = Goldens.datasets().resolve(file).toString();
    DataFacts facts = Dataset.normalise(NormaliseRequest.of(List.of(input), folder.resolve("out")));
    assertThat(facts.rows()).isEqualTo(12);
    return Files.readString(facts.folder().resolve("train.jsonl"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "messages.jsonl",
        "messages.jsonl.gz",
        "sharegpt.jsonl",
        "messages.snappy.parquet",
        "messages.zstd.parquet",
        "messages.file.arrow",
        "saved_to_disk/data-00000-of-00001.arrow",
        "saved_to_disk"
      })
  void conversationsAreTheSameBytesFromEveryFile(String file) throws Exception {
    assertThat(normalised(file)).isEqualTo(canonical("messages"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prompt_completion.jsonl",
        "prompt_completion.csv",
        "prompt_completion.gzip.parquet"
      })
  void pairsAreTheSameBytesFromEveryFile(String file) throws Exception {
    assertThat(normalised(file)).isEqualTo(canonical("prompt_completion"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"alpaca.json", "alpaca.csv"})
  void alpacaRowsGetStanfordsPrompts(String file) throws Exception {
    JsonNode prompts =
        Goldens.JSON.readTree(
            Files.readString(Goldens.datasets().resolve("../tokenize/plain.json")));
    ArrayNode pairs = Goldens.JSON.createArrayNode();
    for (JsonNode row : Goldens.expected("expected.json").get("alpaca")) {
      String input = row.get("input").stringValue();
      String wording =
          prompts.get(input.isEmpty() ? "alpaca_prompt" : "alpaca_prompt_with_input").stringValue();
      pairs
          .addObject()
          .put(
              "prompt",
              wording
                  .replace("{instruction}", row.get("instruction").stringValue())
                  .replace("{input}", input))
          .put("completion", row.get("output").stringValue());
    }
    StringBuilder expected = new StringBuilder();
    pairs.forEach(each -> expected.append(Goldens.JSON.writeValueAsString(each)).append('\n'));
    assertThat(normalised(file)).isEqualTo(expected.toString());
  }

  @ParameterizedTest
  @CsvSource({"train.jsonl.gz, 7473", "test.jsonl.gz, 1319"})
  void gsm8kIsReadThroughItsMapping(String file, int rows) throws Exception {
    String input =
        Goldens.datasets().resolve("../../data/gsm8k").resolve(file).normalize().toString();
    DataFacts facts =
        Dataset.normalise(
            NormaliseRequest.of(List.of(input), folder.resolve("out"))
                .mapped(ColumnMapping.parse("question=prompt,answer=completion")));
    assertThat(facts.rows()).isEqualTo(rows);
    assertThat(facts.warnings()).isEmpty();
  }

  /// `gsm8k/make.py` wrote them with Python's and Arrow's own writers.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rows.jsonl",
        "rows.jsonl.gz",
        "rows.json",
        "rows.json.zst",
        "rows.csv",
        "rows.parquet",
        "rows.arrow"
      })
  void gsm8kIsTheSameBytesFromEveryFormat(String file) throws Exception {
    Path rows = Path.of(SameRowsTest.class.getResource("gsm8k/" + file).toURI());
    StringBuilder expected = new StringBuilder();
    for (String line : Files.readAllLines(rows.resolveSibling("rows.jsonl"))) {
      JsonNode row = Goldens.JSON.readTree(line);
      JsonNode pair =
          Goldens.JSON
              .createObjectNode()
              .put("prompt", row.get("question").stringValue())
              .put("completion", row.get("answer").stringValue());
      expected.append(Goldens.JSON.writeValueAsString(pair)).append('\n');
    }

    DataFacts facts =
        Dataset.normalise(
            NormaliseRequest.of(List.of(rows.toString()), folder.resolve("out"))
                .mapped(ColumnMapping.parse("question=prompt,answer=completion")));

    assertThat(facts.rows()).isEqualTo(48);
    assertThat(Files.readString(facts.folder().resolve("train.jsonl")))
        .isEqualTo(expected.toString());
  }

  @Test
  void theManifestHasTheFilesOwnDigestAndPlaces() throws Exception {
    Path rows = folder.resolve("rows.jsonl");
    Files.writeString(rows, "\n{\"text\":\"a\"}\n{\"text\":\"b\"}\n\n{\"text\":\"c\"}\n");
    Path eval = folder.resolve("held-out.jsonl");
    Files.writeString(eval, "{\"text\":\"d\"}\n");
    DataFacts facts =
        Dataset.normalise(
            NormaliseRequest.of(List.of(rows.toString()), folder.resolve("out"))
                .evaluatedOn(List.of(eval.toString())));
    byte[] train = Files.readAllBytes(facts.folder().resolve("train.jsonl"));
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(train));
    assertThat(facts.sha256()).isEqualTo(sha256);
    assertThat(facts.bytes()).isEqualTo(train.length);
    assertThat(facts.evalRows()).isEqualTo(1);
    JsonNode manifest =
        Goldens.JSON.readTree(Files.readString(facts.folder().resolve("manifest.json")));
    assertThat(manifest.get("shape").stringValue()).isEqualTo("text");
    assertThat(manifest.get("files").get(0).get("sha256").stringValue()).isEqualTo(sha256);
    assertThat(manifest.get("files").get(1).get("name").stringValue()).isEqualTo("eval.jsonl");
    assertThat(manifest.get("origins").toString())
        .isEqualTo(
            "[{\"file\":\"%1$s\",\"firstRow\":1,\"line\":2},{\"file\":\"%1$s\",\"firstRow\":3,\"line\":5}]"
                .formatted(rows));
  }
}
