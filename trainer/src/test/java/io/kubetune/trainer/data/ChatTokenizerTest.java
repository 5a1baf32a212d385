package io.kubetune.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A model's folder opens where tokenizer, template and embedding belong together, and says what is
/// wrong where they do not.
class ChatTokenizerTest {
  @TempDir private Path folder;

  @BeforeEach
  void present() {
    TokenizeGoldens.present();
  }

  private static ChatTokenizer smollm2() {
    return ChatTokenizer.open(
        TokenizeGoldens.tokenizer("smollm2"), Optional.empty(), TokenizeGoldens.ROWS);
  }

  private TuneException refused(Optional<String> template, int rows) {
    return catchThrowableOfType(
        TuneException.class, () -> ChatTokenizer.open(folder, template, rows).close());
  }

  private void copy(String tokenizer, String... files) throws IOException {
    for (String each : files) {
      Files.copy(TokenizeGoldens.tokenizer(tokenizer).resolve(each), folder.resolve(each));
    }
  }

  @Test
  void aVocabularyLargerThanTheEmbeddingIsABadModel() throws IOException {
    copy("smollm2", "tokenizer.json", "tokenizer_config.json");
    TuneException refusal = refused(Optional.empty(), 300);
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_MODEL);
    assertThat(refusal.problems().getFirst().found())
        .contains("tokens", "the embedding has 300 rows");
  }

  @Test
  void anAddedTokenBeyondTheEmbeddingIsNamed() throws IOException {
    copy("smollm2", "tokenizer_config.json");
    String json =
        Files.readString(TokenizeGoldens.tokenizer("smollm2").resolve("tokenizer.json"))
            .replaceFirst(
                "\"added_tokens\": ?\\[",
                "\"added_tokens\":[{\"id\":5000,\"content\":\"<extra>\",\"single_word\":false,"
                    + "\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true},");
    Files.writeString(folder.resolve("tokenizer.json"), json);
    TuneException refusal = refused(Optional.empty(), TokenizeGoldens.ROWS);
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_MODEL);
    assertThat(refusal.problems().getFirst().found()).contains("<extra> (5000)");
  }

  @Test
  void aMissingTokenizerIsABadModel() {
    TuneException refusal = refused(Optional.empty(), 100);
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_MODEL);
    assertThat(refusal.problems().getFirst().place())
        .isEqualTo(folder.resolve("tokenizer.json").toString());
  }

  @Test
  void aDamagedTokenizerIsABadModel() throws IOException {
    for (String each : List.of("", "{", "[]", "{}", "{\"model\":{\"type\":\"None\"}}")) {
      Files.writeString(folder.resolve("tokenizer.json"), each);
      assertThat(refused(Optional.empty(), 100).exitCode()).as(each).isEqualTo(ExitCode.BAD_MODEL);
    }
  }

  @Test
  void aTemplateThatIsNoneIsABadRequestWithItsLine() throws IOException {
    copy("smollm2", "tokenizer.json", "tokenizer_config.json");
    TuneException refusal =
        refused(Optional.of("{% for m in messages %}\n{{ m. }}"), TokenizeGoldens.ROWS);
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_REQUEST);
    assertThat(refusal.problems().getFirst().found()).contains("template line 2");
  }

  @Test
  void aTemplateCanBeAFile() throws IOException {
    copy("smollm2", "tokenizer.json", "tokenizer_config.json");
    Path file = Files.writeString(folder.resolve("mine.jinja"), "{{ messages[0].content }}!");
    try (ChatTokenizer tokenizer =
        ChatTokenizer.open(folder, Optional.of(file.toString()), TokenizeGoldens.ROWS)) {
      assertThat(tokenizer.render(hello(), Optional.empty(), true).text()).isEqualTo("hello!");
    }
    assertThat(refused(Optional.of("no-such.jinja"), TokenizeGoldens.ROWS).exitCode())
        .isEqualTo(ExitCode.BAD_REQUEST);
  }

  @Test
  void theTemplateForToolsIsTakenForConversationsWithTools() throws IOException {
    copy("smollm2", "tokenizer.json");
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"eos_token":"<|im_end|>","chat_template":[
          {"name":"default","template":"plain"},{"name":"tool_use","template":"tools {{ tools|length }}"}]}
        """);
    try (ChatTokenizer tokenizer =
        ChatTokenizer.open(folder, Optional.empty(), TokenizeGoldens.ROWS)) {
      JsonNode tools = JsonMapper.shared().readTree("[{},{}]");
      assertThat(tokenizer.render(hello(), Optional.of(tools), false).text()).isEqualTo("tools 2");
      assertThat(tokenizer.render(hello(), Optional.empty(), false).text()).isEqualTo("plain");
    }
  }

  @Test
  void aConversationWithoutAnyTemplateIsABadModel() throws IOException {
    copy("smollm2", "tokenizer.json");
    try (ChatTokenizer tokenizer =
        ChatTokenizer.open(folder, Optional.empty(), TokenizeGoldens.ROWS)) {
      assertThat(tokenizer.hasChatTemplate()).isFalse();
      TuneException refusal =
          catchThrowableOfType(TuneException.class, () -> tokenizer.encodePrompt(hello()));
      assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_MODEL);
      assertThat(refusal.problems().getFirst().remedy()).contains("ModelConfig.chat_template");
    }
  }

  @Test
  void generationEndsAtEveryIdThatTheModelNames() throws IOException {
    copy("smollm2", "tokenizer.json", "tokenizer_config.json");
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\":[7,2]}");
    Files.writeString(folder.resolve("config.json"), "{\"eos_token_id\":0}");
    try (ChatTokenizer tokenizer =
        ChatTokenizer.open(folder, Optional.empty(), TokenizeGoldens.ROWS)) {
      assertThat(tokenizer.endOfSequence()).contains("<|im_end|>");
      assertThat(tokenizer.endOfSequenceIds()).containsExactlyInAnyOrder(0, 2, 7);
    }
  }

  @Test
  void decodingGivesBackTheText() {
    try (ChatTokenizer tokenizer = smollm2()) {
      for (String each :
          List.of("Hello, world", "  é 👩‍💻 你好\n\n\tx", "a <b> & \"c\"", "a\u0000b")) {
        assertThat(tokenizer.decode(tokenizer.encode(each, true))).isEqualTo(each);
      }
      assertThat(tokenizer.decode(tokenizer.encode("a<|im_end|>b", false))).isEqualTo("ab");
      assertThat(tokenizer.decodeAll(tokenizer.encode("a<|im_end|>", false)))
          .isEqualTo("a<|im_end|>");
    }
  }

  @Test
  void halfOfASurrogatePairIsRefused() {
    try (ChatTokenizer tokenizer = smollm2()) {
      for (String each : List.of("a\ud83d", "\ude00b", "\ude00\ud83d")) {
        assertThat(
                catchThrowableOfType(TuneException.class, () -> tokenizer.encode(each, false))
                    .exitCode())
            .isEqualTo(ExitCode.BAD_DATA);
      }
    }
  }

  @Test
  void truncationAndPaddingOfTheFileAreNotApplied() throws IOException {
    copy("smollm2", "tokenizer_config.json");
    String json =
        Files.readString(TokenizeGoldens.tokenizer("smollm2").resolve("tokenizer.json"))
            .replaceFirst(
                "\"truncation\": ?null",
                "\"truncation\":{\"direction\":\"Right\",\"max_length\":4,"
                    + "\"strategy\":\"LongestFirst\",\"stride\":0}")
            .replaceFirst(
                "\"padding\": ?null",
                "\"padding\":{\"strategy\":{\"Fixed\":64},\"direction\":\"Right\","
                    + "\"pad_to_multiple_of\":null,\"pad_id\":0,\"pad_type_id\":0,"
                    + "\"pad_token\":\"<|endoftext|>\"}");
    assertThat(json).contains("\"max_length\":4", "\"Fixed\":64");
    Files.writeString(folder.resolve("tokenizer.json"), json);
    String text = "river market and so on";
    try (ChatTokenizer cut = ChatTokenizer.open(folder, Optional.empty(), TokenizeGoldens.ROWS);
        ChatTokenizer plain = smollm2()) {
      assertThat(cut.encode(text, true)).containsExactly(plain.encode(text, true));
    }
  }

  @Test
  void aPromptThatTheTemplateRefusesIsABadRequest() {
    try (ChatTokenizer tokenizer =
        ChatTokenizer.open(
            TokenizeGoldens.tokenizer("smollm2"),
            Optional.of("{{ raise_exception('no') }}"),
            TokenizeGoldens.ROWS)) {
      TuneException refusal =
          catchThrowableOfType(TuneException.class, () -> tokenizer.encodePrompt(hello()));
      assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_REQUEST);
    }
  }

  @Test
  void eightThreadsEncodeTheSameIds() throws Exception {
    try (ChatTokenizer tokenizer = smollm2();
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      int[] expected = tokenizer.encodePrompt(hello());
      Callable<Boolean> work =
          () -> {
            for (int i = 0; i < 200; i++) {
              if (!java.util.Arrays.equals(expected, tokenizer.encodePrompt(hello()))) {
                return false;
              }
            }
            return true;
          };
      for (var each : threads.invokeAll(java.util.Collections.nCopies(8, work))) {
        assertThat(each.get()).isTrue();
      }
    }
  }

  private static List<JsonNode> hello() {
    return List.of(JsonMapper.shared().readTree("{\"role\":\"user\",\"content\":\"hello\"}"));
  }
}
