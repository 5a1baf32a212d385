package io.kubetune.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.trainer.data.ConversationEncoder.Turn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Every conversation of the goldens has the token ids, assistant turns and generation mask that
/// transformers and tokenizers give it.
class ConversationGoldenTest {
  @TempDir private Path scratch;

  @TestFactory
  Stream<DynamicTest> tokensAndMasksAreThoseOfTransformers() throws IOException {
    TokenizeGoldens.present();
    try (Stream<Path> files = Files.list(TokenizeGoldens.FOLDER.resolve("cases"))) {
      return files.sorted().toList().stream()
          .map(TokenizeGoldens::read)
          .flatMap(golden ->
              golden
                  .get("cases")
                  .valueStream()
                  .filter(each -> each.has("ids"))
                  .map(each ->
                      DynamicTest.dynamicTest(
                          golden.get("template").stringValue()
                              + " "
                              + each.get("name").stringValue(),
                          () -> check(golden, each))));
    }
  }

  private void check(JsonNode golden, JsonNode each) throws IOException {
    Path folder = Files.createTempDirectory(scratch, "model");
    List<JsonNode> messages = TokenizeGoldens.messages(each.get("messages"));
    try (ChatTokenizer tokenizer = TokenizeGoldens.open(golden, folder, each.path("kwargs"))) {
      boolean prompt = each.path("generation_prompt").asBoolean(false);
      String text = tokenizer.render(messages, TokenizeGoldens.tools(each), prompt).text();
      int[] ids = tokenizer.encode(text, false);
      assertThat(text).isEqualTo(each.get("rendered").stringValue());
      assertThat(ids).containsExactly(TokenizeGoldens.ints(each.get("ids")));
      if (each.has("turns")) {
        turns(tokenizer, each, text, ids);
      }
      if (each.has("generation_mask") && !prompt) {
        boolean[] learned =
            new ConversationEncoder(tokenizer)
                .assistant(messages, TokenizeGoldens.tools(each))
                .learned();
        assertThat(asInts(learned))
            .containsExactly(TokenizeGoldens.ints(each.get("generation_mask")));
      }
    }
  }

  private static void turns(ChatTokenizer tokenizer, JsonNode each, String text, int[] ids) {
    List<Turn> turns =
        new ConversationEncoder(tokenizer)
            .turns(
                TokenizeGoldens.messages(each.get("messages")),
                TokenizeGoldens.tools(each),
                text,
                ids);
    List<String> expected = new ArrayList<>();
    each.get("turns").forEach(turn -> expected.add(describe(turn)));
    assertThat(turns).extracting(ConversationGoldenTest::describe).isEqualTo(expected);
  }

  private static String describe(JsonNode turn) {
    return turn.get("message")
        + (turn.has("error")
            ? " " + turn.get("error").stringValue()
            : " [%d, %d) of %d %s"
                .formatted(
                    turn.get("start").intValue(),
                    turn.get("end").intValue(),
                    turn.get("prompt_tokens").intValue(),
                    turn.get("preserved").booleanValue()));
  }

  private static String describe(Turn turn) {
    return turn.message()
        + turn.refusal()
            .map(e -> " " + e.pythonName() + ": " + e.reason())
            .orElseGet(() ->
                " [%d, %d) of %d %s"
                    .formatted(turn.start(), turn.end(), turn.promptTokens(), turn.preserved()));
  }

  private static int[] asInts(boolean[] mask) {
    int[] ints = new int[mask.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = mask[i] ? 1 : 0;
    }
    return ints;
  }
}
