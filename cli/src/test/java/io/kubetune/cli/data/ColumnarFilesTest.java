package io.kubetune.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every layout that writers of Parquet and Arrow choose gives the same rows, and a damaged file an
/// answer.
class ColumnarFilesTest {
  private static final String CONVERSATIONS =
      """
      {"messages":[{"role":"user","content":"é 👩‍💻"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","n":7,"x":0.5,"ok":true,"tags":["a",null]}}]},{"role":"tool","content":""},{"role":"assistant","content":"a long answer, more than twelve bytes","tool_calls":[]}]}
      {"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}
      {"messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"b"}]}
      """;

  private static final String PAIRS =
      """
      {"prompt":"p1","completion":"c1"}
      {"prompt":"p2","completion":"c2"}
      {"prompt":"p1","completion":""}
      """;

  @TempDir Path folder;

  static Path resource(String name) throws Exception {
    return Path.of(ColumnarFilesTest.class.getResource(name).toURI());
  }

  private String normalised(Path file, ColumnMapping mapping) throws Exception {
    DataFacts facts =
        Dataset.normalise(
            NormaliseRequest.of(List.of(file.toString()), folder.resolve("out")).mapped(mapping));
    return Files.readString(facts.folder().resolve("train.jsonl"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "conversations.stream.arrow",
        "conversations.large.arrow",
        "conversations.zstd.arrow",
        "conversations.lz4.arrow",
        "conversations.views.arrow",
        "conversations.v1.parquet",
        "conversations.v2.parquet",
        "conversations.plain.parquet"
      })
  void nestedRowsAreTheSameFromEveryLayout(String file) throws Exception {
    assertThat(normalised(resource(file), ColumnMapping.NONE)).isEqualTo(CONVERSATIONS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pairs.dictionary.arrow",
        "pairs.dictionary.parquet",
        "pairs.jsonl.zst",
        "pairs.tsv"
      })
  void pairsAreTheSameFromEveryLayout(String file) throws Exception {
    assertThat(normalised(resource(file), ColumnMapping.NONE)).isEqualTo(PAIRS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"conversations.stream.arrow", "conversations.v1.parquet"})
  void aColumnThatIsNoTextIsNamedWithItsRow(String file) throws Exception {
    TuneException e =
        catchThrowableOfType(
            TuneException.class,
            () -> normalised(resource(file), ColumnMapping.parse("when=text")));
    assertThat(e.problems().getFirst().toString())
        .contains(file)
        .contains(" when: ")
        .containsAnyOf("null, not a string", "Timestamp");
  }

  /// A file of random cuts and flipped bytes must never hang, crash or be taken for whole rows
  /// silently when its bytes are missing.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "conversations.stream.arrow",
        "conversations.zstd.arrow",
        "conversations.v1.parquet",
        "pairs.jsonl.zst"
      })
  void aFileThatIsCutShortIsRefusedWhereverTheCutIs(String file) throws Exception {
    byte[] whole = Files.readAllBytes(resource(file));
    Path cut = folder.resolve(file);
    for (int length = 1; length < whole.length - 8; length += 37) {
      Files.write(cut, Arrays.copyOf(whole, length));
      TuneException e =
          catchThrowableOfType(TuneException.class, () -> normalised(cut, ColumnMapping.NONE));
      assertThat(e).as("cut to %d bytes of %d", length, whole.length).isNotNull();
      assertThat(e.problems()).isNotEmpty();
      assertThat(folder.resolve("out")).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"conversations.stream.arrow", "conversations.zstd.arrow"})
  void aFlippedByteIsEitherRefusedOrReadButNeverADefect(String file) throws Exception {
    byte[] whole = Files.readAllBytes(resource(file));
    Path flipped = folder.resolve(file);
    for (int at = 0; at < whole.length; at += 11) {
      byte[] bytes = whole.clone();
      bytes[at] ^= (byte) 0x55;
      Files.write(flipped, bytes);
      Path out = folder.resolve("out" + at);
      try {
        Dataset.normalise(NormaliseRequest.of(List.of(flipped.toString()), out));
      } catch (TuneException refused) {
        assertThat(refused.problems()).isNotEmpty();
        assertThat(out).doesNotExist();
      }
    }
  }

  @Test
  void parquetUnderAnotherNameIsReadWhenAskedFor() throws Exception {
    Path copy = folder.resolve("rows.jsonl");
    Files.copy(resource("pairs.dictionary.parquet"), copy);
    DataFacts facts =
        Dataset.normalise(
            NormaliseRequest.of(List.of(copy.toString()), folder.resolve("out"))
                .formatted(io.kubetune.cli.data.format.Format.PARQUET));
    assertThat(facts.rows()).isEqualTo(3);
  }
}
