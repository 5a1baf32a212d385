package io.kubetune.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.TrainingConfig.KubetuneConfig.LossOn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Text, prompts with completions, and single-answer conversations become the ids and labels that
/// TRL's SFTTrainer gives them.
class PlainGoldenTest {
  @TestFactory
  Stream<DynamicTest> idsAndLabelsAreThoseOfTrl() {
    TokenizeGoldens.present();
    JsonNode formats =
        TokenizeGoldens.read(TokenizeGoldens.FOLDER.resolve("plain.json")).get("formats");
    List<DynamicTest> tests = new ArrayList<>();
    formats.forEachEntry((format, golden) ->
        golden
            .get("tokenized")
            .forEachEntry((tokenizer, rows) -> {
              for (int i = 0; i < rows.size(); i++) {
                JsonNode expected = rows.get(i);
                JsonNode row = expected;
                JsonNode given = format.equals("alpaca") ? row : golden.get("rows").get(i);
                tests.add(
                    DynamicTest.dynamicTest(
                        format + " " + tokenizer + " " + i,
                        () -> check(tokenizer, row(given), expected)));
              }
            }));
    return tests.stream();
  }

  private static Row row(JsonNode row) {
    if (row.has("text")) {
      return new Row.Text(1, row.get("text").stringValue());
    }
    if (row.get("prompt").isString()) {
      return new Row.PromptCompletion(
          1, row.get("prompt").stringValue(), row.get("completion").stringValue());
    }
    List<JsonNode> messages = new ArrayList<>(TokenizeGoldens.messages(row.get("prompt")));
    messages.addAll(TokenizeGoldens.messages(row.get("completion")));
    return new Row.Messages(1, messages, Optional.empty());
  }

  private static void check(String name, Row row, JsonNode expected) {
    try (ChatTokenizer tokenizer =
        ChatTokenizer.open(
            TokenizeGoldens.tokenizer(name), Optional.empty(), TokenizeGoldens.ROWS)) {
      EncodedText encoded = new RowEncoder(tokenizer, LossOn.ANSWER).encode(row);
      assertThat(encoded.ids()).containsExactly(TokenizeGoldens.ints(expected.get("input_ids")));
      assertThat(encoded.labels()).containsExactly(TokenizeGoldens.ints(expected.get("labels")));
    }
  }
}
