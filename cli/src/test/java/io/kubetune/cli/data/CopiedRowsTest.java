package io.kubetune.cli.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.data.format.InputFile;
import io.kubetune.cli.data.format.RowBatch;
import io.kubetune.cli.data.format.RowReader;
import io.kubetune.cli.data.shape.CanonicalBytes;
import io.kubetune.cli.data.shape.PromptTemplate;
import io.kubetune.cli.data.shape.RowCopier;
import io.kubetune.cli.data.shape.RowForm;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows that are copied as bytes have the same bytes, notices and problems as when they are parsed.
class CopiedRowsTest {
  private static final RowForm CONVERSATION = new RowForm.Conversation("messages", "tools");
  private static final RowForm PAIR = new RowForm.Pair("question", "answer");
  private static final RowForm TEXT = new RowForm.Text("text");
  private static final RowForm TEMPLATED =
      new RowForm.Templated(
          PromptTemplate.of("Q {question}\n\"{input}\" é{question}", "{question}"),
          Map.of("question", "question", "input", "text"),
          "answer");
  private static final RowForm INPUT_NEVER_NAMED =
      new RowForm.Templated(
          PromptTemplate.of("with {question}", "without {question} {json: 1}"),
          Map.of("question", "text"),
          "answer");
  private static final int ROWS = 600;

  @TempDir Path folder;

  private RowBatch batch(byte[] rows) throws Exception {
    Path file = Files.write(folder.resolve("rows.jsonl"), rows);
    InputFile input = new InputFile(file, "rows.jsonl", Optional.of(Format.JSON_LINES));
    try (RowReader reader = input.open()) {
      return reader.next();
    }
  }

  private static boolean copies(RowForm form, byte[] row) {
    return new RowCopier(form, new CanonicalBytes(0)).copy(row, 0, row.length);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void rowsOfAnyKindAreTheSameCopiedOrParsed(long seed) throws Exception {
    RandomRows random = new RandomRows(seed);
    for (RowForm form : List.of(CONVERSATION, PAIR, TEXT, TEMPLATED, INPUT_NEVER_NAMED)) {
      ByteArrayOutputStream rows = new ByteArrayOutputStream();
      int copied = 0;
      for (int i = 0; i < ROWS; i++) {
        byte[] line = random.line();
        copied += copies(form, line) ? 1 : 0;
        rows.writeBytes(line);
        rows.write('\n');
      }
      RowBatch batch = batch(rows.toByteArray());
      ShapedBatch either = ShapedBatch.of(batch, form, new CanonicalBytes(0));
      // What was decoded ahead of its turn has no text any more that could be copied.
      ShapedBatch parsed = ShapedBatch.of(DecodedRows.of(batch), form, new CanonicalBytes(0));
      assertThat(new String(either.canonical(), UTF_8))
          .isEqualTo(new String(parsed.canonical(), UTF_8));
      assertThat(either.rows()).isEqualTo(parsed.rows());
      assertThat(either.problems().first()).isEqualTo(parsed.problems().first());
      assertThat(copied).as("rows that were copied").isBetween(ROWS / 20, parsed.rows().size());
    }
  }

  @Test
  void usualRowsAreCopied() {
    for (String row :
        List.of(
            "{\"messages\": [{\"role\": \"user\", \"content\": \"\"}, {\"role\": \"assistant\", \"content\": \"é \\u00e9\"}]}",
            "{\"conversations\":[{\"from\":\"human\",\"value\":\"a\"},{\"from\":\"gpt\",\"value\":\"b\"}],\"id\":7.5}"
                .replace("conversations", "messages"),
            "{\"tools\":[{\"type\":\"function\",\"n\":null}],\"messages\":[{\"role\":\"assistant\","
                + "\"content\":null,\"tool_calls\":[{\"id\":\"1\",\"arguments\":{\"a\":[1,true]}}]}]}",
            "{\"messages\":[{\"role\":\"assistant\",\"content\":\"b\",\"name\":null}],\"meta\":{\"a\":[1.5]}}")) {
      assertThat(copies(CONVERSATION, row.getBytes(UTF_8))).as(row).isTrue();
    }
    assertThat(copies(PAIR, "{\"question\":\"q\",\"answer\":\"a\",\"score\":0.5}".getBytes(UTF_8)))
        .isTrue();
    assertThat(
            copies(
                TEMPLATED, "{\"answer\":\"a\",\"question\":\"q\",\"text\":null}".getBytes(UTF_8)))
        .isTrue();
    assertThat(copies(TEXT, "{ \"text\" : \"a\\tb\" }\r".getBytes(UTF_8))).isTrue();
  }
}
