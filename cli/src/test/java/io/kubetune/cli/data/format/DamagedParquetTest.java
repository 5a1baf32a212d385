package io.kubetune.cli.data.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// A Parquet file with any byte flipped is read or refused; it never hangs and is never a defect.
class DamagedParquetTest {
  @TempDir Path folder;

  @Test
  void aFlippedByteNeverHangsTheReader() throws Exception {
    Path sound = Path.of(getClass().getResource("../conversations.v1.parquet").toURI());
    byte[] whole = Files.readAllBytes(sound);
    Path flipped = folder.resolve("rows.parquet");
    int refused = 0;
    for (int at = 0; at < whole.length; at += 61) {
      byte[] bytes = whole.clone();
      bytes[at] ^= (byte) 0x55;
      Files.write(flipped, bytes);
      refused += problems(flipped).isEmpty() ? 0 : 1;
    }
    assertThat(refused).as("damaged files that were refused").isPositive();
  }

  private List<Problem> problems(Path file) throws Exception {
    List<Problem> problems = new ArrayList<>();
    RowSink sink =
        new RowSink() {
          @Override
          public void row(ObjectNode columns, Place place) {}

          @Override
          public void problem(Problem problem) {
            problems.add(problem);
          }
        };
    try (var reader = new ParquetReader(file, "rows.parquet", Duration.ofMillis(500))) {
      reader.readOnly(Set.of("messages"), Set.of());
      for (RowBatch batch = reader.next(); batch != null; batch = reader.next()) {
        batch.decode(sink);
      }
    } catch (DamagedFileException e) {
      problems.add(e.problem());
    }
    return problems;
  }
}
