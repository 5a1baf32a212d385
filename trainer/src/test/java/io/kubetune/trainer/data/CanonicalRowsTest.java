package io.kubetune.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.DataFile;
import io.kubetune.contract.DataManifest.Shape;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.LongDocument;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.LossOn;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rows that are not as declared are refused at file:line, the first 20 at once; files that are not
/// those of the manifest are refused before a row is read.
class CanonicalRowsTest {
  private static final String GOOD = "{\"text\":\"good\"}";
  private static final String CHAT =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},"
          + "{\"role\":\"assistant\",\"content\":\"a\"}]}";

  @TempDir private Path folder;

  private TuneException refused() {
    TokenizeGoldens.present();
    try (ChatTokenizer tokenizer =
        ChatTokenizer.open(
            TokenizeGoldens.tokenizer("smollm2"), Optional.empty(), TokenizeGoldens.ROWS)) {
      Encoder encoder = new Encoder(tokenizer, LossOn.ANSWER, LongDocument.TRUNCATE, 64);
      return catchThrowableOfType(
          TuneException.class,
          () -> encoder.encode(CanonicalRows.open(folder), DataManifest.TRAIN));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"text\":\"unclosed|train.jsonl:2|not a JSON object",
        "{\"text\":\"a\"}{}|train.jsonl:2|not a JSON object",
        "{\"text\":\"a\",\"text\":\"b\"}|train.jsonl:2|not a JSON object",
        "[1]|train.jsonl:2|is a list, not an object",
        "7|train.jsonl:2|is a number, not an object",
        "{}|train.jsonl:2 text|no text",
        "{\"text\":null}|train.jsonl:2 text|is null, not a string",
        "{\"text\":5}|train.jsonl:2 text|is a number, not a string",
        "{\"text\":\"a\",\"label\":1}|train.jsonl:2 label|no key of a row",
        "{\"text\":\"half \\ud83d\"}|train.jsonl:2 text|surrogate",
        "` `|train.jsonl:2|a blank line",
      })
  void aTextRowThatIsNotAsDeclared(String line, String place, String found) throws IOException {
    RowFolder.of(folder, Shape.TEXT, GOOD, line, GOOD);
    assertProblem(place, found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"messages\":[]}|train.jsonl:2 messages|an empty conversation",
        "{\"messages\":\"[]\"}|train.jsonl:2 messages|is a string, not a list",
        "{\"tools\":[]}|train.jsonl:2 messages|no messages",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}|train.jsonl:2 messages|no answer",
        "{\"messages\":[{\"content\":\"q\"}]}|train.jsonl:2 messages[0].role|no role",
        "{\"messages\":[{\"role\":\"bot\",\"content\":\"q\"}]}|train.jsonl:2 messages[0].role|bot",
        "{\"messages\":[{\"role\":\"assistant\"}]}|train.jsonl:2 messages[0].content|no content",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":null}]}|train.jsonl:2 messages[0].content|null",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":42}]}|train.jsonl:2 messages[0].content|number",
        "{\"messages\":[7]}|train.jsonl:2 messages[0]|is a number, not a message",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"x\":{\"y\":[\"\\udc00\"]}}]}"
            + "|train.jsonl:2 messages[0].x.y[0]|surrogate",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\"}],\"tools\":{}}|train.jsonl:2 tools|object",
      })
  void aConversationThatIsNotAsDeclared(String line, String place, String found)
      throws IOException {
    RowFolder.of(folder, Shape.MESSAGES, CHAT, line, CHAT);
    assertProblem(place, found);
  }

  private void assertProblem(String place, String found) {
    TuneException refusal = refused();
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(refusal.problems())
        .anySatisfy(each -> {
          assertThat(each.place()).isEqualTo(place);
          assertThat(each.found()).contains(found);
        });
  }

  @Test
  void bytesThatAreNotUtf8AreNamedWithTheirLine() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes((GOOD + "\n{\"text\":\"").getBytes(StandardCharsets.UTF_8));
    // An overlong form of '/', which JSON parsers let pass.
    bytes.writeBytes(new byte[] {(byte) 0xC0, (byte) 0xAF});
    bytes.writeBytes("\"}\n".getBytes(StandardCharsets.UTF_8));
    RowFolder.of(folder, Shape.TEXT, bytes.toByteArray());
    assertProblem("train.jsonl:2", "not UTF-8");
  }

  @Test
  void theFirstTwentyProblemsComeAtOnceInOrder() throws IOException {
    String[] lines = new String[100];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = i % 2 == 0 ? GOOD : "{\"text\":" + i + "}";
    }
    RowFolder.of(folder, Shape.TEXT, lines);
    TuneException refusal = refused();
    assertThat(refusal.problems()).hasSize(20);
    assertThat(refusal.problems())
        .extracting(Problem::place)
        .startsWith("train.jsonl:2 text", "train.jsonl:4 text")
        .endsWith("train.jsonl:40 text");
  }

  @Test
  void aChangedByteIsFoundBeforeARowIsRead() throws IOException {
    RowFolder.of(folder, Shape.TEXT, GOOD);
    Files.writeString(folder.resolve(DataManifest.TRAIN), "{\"text\":\"evil\"}\n");
    assertProblem(folder.resolve("train.jsonl").toString(), "its SHA-256 is");
  }

  @Test
  void aTruncatedFileIsFoundByItsLength() throws IOException {
    RowFolder.of(folder, Shape.TEXT, GOOD, GOOD);
    Files.writeString(folder.resolve(DataManifest.TRAIN), GOOD + "\n");
    assertProblem(folder.resolve("train.jsonl").toString(), "bytes, its manifest says");
  }

  @ParameterizedTest
  @CsvSource({"1", "3"})
  void aManifestThatMiscountsRowsIsRefused(long stated) throws IOException {
    RowFolder.of(folder, Shape.TEXT, GOOD, GOOD);
    byte[] bytes = Files.readAllBytes(folder.resolve(DataManifest.TRAIN));
    RowFolder.manifest(
        folder,
        Shape.TEXT,
        new DataFile(DataManifest.TRAIN, stated, bytes.length, RowFolder.sha256(bytes)));
    assertProblem(folder.resolve("train.jsonl").toString(), "its manifest says " + stated);
  }

  @Test
  void anEmptyDatasetIsRefused() throws IOException {
    RowFolder.of(folder, Shape.TEXT, new byte[0]);
    assertProblem(folder.resolve("train.jsonl").toString(), "no rows");
  }

  @Test
  void aMissingFolderSaysHowToMakeOne() {
    assertProblem(folder.resolve("manifest.json").toString(), "no such file");
  }

  @Test
  void aLastLineWithoutItsEndIsReadAsItStands() throws IOException {
    byte[] bytes = (GOOD + "\n" + GOOD).getBytes(StandardCharsets.UTF_8);
    RowFolder.of(folder, Shape.TEXT, bytes);
    RowFolder.manifest(
        folder,
        Shape.TEXT,
        new DataFile(DataManifest.TRAIN, 2, bytes.length, RowFolder.sha256(bytes)));
    assertThatCode(() -> assertThat(refused()).isNull()).doesNotThrowAnyException();
  }
}
