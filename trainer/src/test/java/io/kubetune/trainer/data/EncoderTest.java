package io.kubetune.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.Shape;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.LongDocument;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.LossOn;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows become documents in order, learned where they should be, cut or refused where they are too
/// long, with everything counted.
class EncoderTest {
  private static final String CHAT =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"2+2?\"},"
          + "{\"role\":\"assistant\",\"content\":\"4\"}]}";

  @TempDir private Path folder;
  private ChatTokenizer tokenizer;

  @BeforeEach
  void open() {
    TokenizeGoldens.present();
    tokenizer =
        ChatTokenizer.open(
            TokenizeGoldens.tokenizer("smollm2"), Optional.empty(), TokenizeGoldens.ROWS);
  }

  @AfterEach
  void close() {
    if (tokenizer != null) {
      tokenizer.close();
    }
  }

  private EncodedRows encode(
      LossOn lossOn, LongDocument onLong, int max, Shape shape, String... lines)
      throws IOException {
    CanonicalRows rows = CanonicalRows.open(RowFolder.of(folder, shape, lines));
    return new Encoder(tokenizer, lossOn, onLong, max).encode(rows, DataManifest.TRAIN);
  }

  private TuneException refused(
      LossOn lossOn, LongDocument onLong, int max, Shape shape, String... lines) {
    return catchThrowableOfType(
        TuneException.class, () -> encode(lossOn, onLong, max, shape, lines));
  }

  @Test
  void onlyTheAssistantsWordsAndTheEndOfItsTurnAreLearned() throws IOException {
    EncodedRows encoded = encode(LossOn.ANSWER, LongDocument.TRUNCATE, 512, Shape.MESSAGES, CHAT);
    Document document = encoded.documents().getFirst();
    int[] learned =
        Arrays.stream(document.labels()).filter(each -> each != Document.IGNORED).toArray();
    assertThat(tokenizer.decodeAll(learned)).isEqualTo("4<|im_end|>\n");
    assertThat(tokenizer.decodeAll(document.tokens()))
        .endsWith("<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n4<|im_end|>\n");
    assertThat(encoded.labelTokens()).isEqualTo(learned.length);
    assertThat(encoded.tokens()).isEqualTo(document.length());
  }

  @Test
  void everyTokenIsLearnedWhereAllAreAskedFor() throws IOException {
    Document document =
        encode(LossOn.ALL, LongDocument.TRUNCATE, 512, Shape.MESSAGES, CHAT).documents().getFirst();
    assertThat(document.labels()).containsExactly(document.tokens());
  }

  @Test
  void rowsKeepTheirOrderAndTheirNumbersHoweverManyThreadsEncode() throws IOException {
    String[] lines =
        IntStream.rangeClosed(1, 1500)
            .mapToObj(i -> "{\"text\":\"row " + i + " " + "word ".repeat(i % 7) + "\"}")
            .toArray(String[]::new);
    EncodedRows encoded = encode(LossOn.ANSWER, LongDocument.TRUNCATE, 64, Shape.TEXT, lines);
    assertThat(encoded.documents()).hasSize(1500);
    for (int i = 0; i < 1500; i++) {
      Document each = encoded.documents().get(i);
      assertThat(each.row()).isEqualTo(i + 1);
      assertThat(tokenizer.decode(each.tokens())).startsWith("row " + (i + 1) + " ");
      assertThat(encoded.rowTokens()[i]).isEqualTo(each.length());
    }
  }

  @Test
  void aLongDocumentIsCutAtItsEndAndCounted() throws IOException {
    String text = "{\"text\":\"" + "river market ".repeat(40) + "\"}";
    EncodedRows whole = encode(LossOn.ALL, LongDocument.TRUNCATE, 4096, Shape.TEXT, text);
    EncodedRows cut = encode(LossOn.ALL, LongDocument.TRUNCATE, 32, Shape.TEXT, text);
    assertThat(cut.truncated()).isEqualTo(1);
    assertThat(whole.truncated()).isZero();
    assertThat(cut.documents().getFirst().tokens())
        .containsExactly(Arrays.copyOf(whole.documents().getFirst().tokens(), 32));
    assertThat(cut.rowTokens()).containsExactly(whole.rowTokens());
  }

  @Test
  void aSplitDocumentLearnsEachTokenOnce() throws IOException {
    String text = "{\"text\":\"" + "river market ".repeat(40) + "\"}";
    EncodedRows whole = encode(LossOn.ALL, LongDocument.TRUNCATE, 4096, Shape.TEXT, text);
    EncodedRows parts = encode(LossOn.ALL, LongDocument.SPLIT, 32, Shape.TEXT, text);
    assertThat(parts.documents())
        .hasSizeGreaterThan(3)
        .allSatisfy(each -> assertThat(each.length()).isLessThanOrEqualTo(32))
        .allSatisfy(each -> assertThat(each.row()).isEqualTo(1));
    int[] learned =
        parts.documents().stream()
            .flatMapToInt(each -> Arrays.stream(each.tokens()).skip(1))
            .toArray();
    int[] all = whole.documents().getFirst().tokens();
    assertThat(learned).containsExactly(Arrays.copyOfRange(all, 1, all.length));
    assertThat(parts.labelTokens()).isEqualTo(whole.labelTokens());
    assertThat(parts.split()).isEqualTo(1);
  }

  @Test
  void aDocumentThatIsTooLongIsRefusedWithItsRow() {
    String text = "{\"text\":\"" + "river market ".repeat(40) + "\"}";
    TuneException refusal =
        refused(LossOn.ALL, LongDocument.REFUSE, 32, Shape.TEXT, "{\"text\":\"ok\"}", text);
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(refusal.problems())
        .singleElement()
        .satisfies(each -> assertThat(each.place()).isEqualTo("train.jsonl:2"))
        .satisfies(each -> assertThat(each.found()).contains("max_length 32"));
  }

  @Test
  void aRowWhoseAnswerIsCutOffIsLeftOutAndCounted() throws IOException {
    String longQuestion = CHAT.replace("2+2?", "river market ".repeat(300));
    EncodedRows encoded =
        encode(LossOn.ANSWER, LongDocument.TRUNCATE, 200, Shape.MESSAGES, CHAT, longQuestion);
    assertThat(encoded.excluded()).isEqualTo(1);
    assertThat(encoded.documents()).singleElement().extracting(Document::row).isEqualTo(1);
    assertThat(encoded.rows()).isEqualTo(2);
  }

  @Test
  void nothingLeftToLearnIsAnErrorThatSaysWhy() {
    String longQuestion = CHAT.replace("2+2?", "river market ".repeat(60));
    TuneException refusal =
        refused(LossOn.ANSWER, LongDocument.TRUNCATE, 64, Shape.MESSAGES, longQuestion);
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(refusal.problems().getFirst().found()).contains("1 are cut to 64 tokens");
  }

  @Test
  void aTurnWhoseHistoryTheTemplateRewritesIsNotLearnedAndCounted() throws IOException {
    String template =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n"
            + "{% if m.role == 'assistant' and loop.last %}<think></think>{% endif %}"
            + "{{ m.content }}<|im_end|>\n{% endfor %}"
            + "{% if add_generation_prompt %}<|im_start|>assistant\n<think></think>{% endif %}";
    String two =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
            + "{\"role\":\"assistant\",\"content\":\"first\"},{\"role\":\"user\",\"content\":\"b\"},"
            + "{\"role\":\"assistant\",\"content\":\"second\"}]}";
    tokenizer.close();
    tokenizer =
        ChatTokenizer.open(
            TokenizeGoldens.tokenizer("smollm2"), Optional.of(template), TokenizeGoldens.ROWS);
    EncodedRows encoded = encode(LossOn.ANSWER, LongDocument.TRUNCATE, 512, Shape.MESSAGES, two);
    assertThat(encoded.untrustedTurns()).isEqualTo(1);
    int[] learned =
        Arrays.stream(encoded.documents().getFirst().labels())
            .filter(each -> each != Document.IGNORED)
            .toArray();
    assertThat(tokenizer.decodeAll(learned)).isEqualTo("second<|im_end|>\n");
  }

  @Test
  void rowsThatTheTemplateRefusesAreNamedWithItsWordsAndLine() {
    tokenizer.close();
    tokenizer =
        ChatTokenizer.open(
            TokenizeGoldens.tokenizer("smollm2"),
            Optional.of(
                "{% for m in messages %}\n{% if m.role == 'system' %}\n"
                    + "{{ raise_exception('System role not supported') }}\n{% endif %}\n"
                    + "{{ m.content }}{% endfor %}"),
            TokenizeGoldens.ROWS);
    String system = CHAT.replace("\"user\"", "\"system\"");
    TuneException refusal =
        refused(LossOn.ANSWER, LongDocument.TRUNCATE, 64, Shape.MESSAGES, CHAT, system, system);
    assertThat(refusal.problems())
        .extracting(Problem::place)
        .containsExactly("train.jsonl:2", "train.jsonl:3");
    assertThat(refusal.problems().getFirst().found())
        .contains("template line 3", "System role not supported");
  }

  @Test
  void aLossThatTheRowsShapeDoesNotHaveIsABadRequest() {
    for (LossOn each : List.of(LossOn.ASSISTANT, LossOn.COMPLETION)) {
      TuneException refusal =
          refused(each, LongDocument.TRUNCATE, 64, Shape.TEXT, "{\"text\":\"x\"}");
      assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_REQUEST);
      assertThat(refusal.problems().getFirst().place()).isEqualTo("KubetuneConfig.loss_on");
    }
    assertThat(refused(LossOn.COMPLETION, LongDocument.TRUNCATE, 64, Shape.MESSAGES, CHAT))
        .extracting(TuneException::exitCode)
        .isEqualTo(ExitCode.BAD_REQUEST);
  }

  @Test
  void aPromptIsLearnedTooWhereAllAreAskedFor() throws IOException {
    String pair = "{\"prompt\":\"Q: river? A:\",\"completion\":\" yes\"}";
    EncodedRows completion =
        encode(LossOn.COMPLETION, LongDocument.TRUNCATE, 64, Shape.PROMPT_COMPLETION, pair);
    EncodedRows all = encode(LossOn.ALL, LongDocument.TRUNCATE, 64, Shape.PROMPT_COMPLETION, pair);
    assertThat(all.tokens()).isEqualTo(completion.tokens());
    assertThat(all.labelTokens()).isEqualTo(all.tokens() - 1);
    assertThat(completion.labelTokens()).isLessThan(all.labelTokens());
  }
}
