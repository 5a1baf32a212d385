package io.kubetune.cli.data.check;

import io.kubetune.cli.data.CanonicalFile;
import io.kubetune.cli.data.CanonicalFolder;
import io.kubetune.cli.data.DataSource;
import io.kubetune.cli.data.Notice;
import io.kubetune.cli.data.Problems;
import io.kubetune.cli.data.ShapedBatch.ShapedRow;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.JsonFactory;

/// A folder of the rows that are worth training on, and a list of those that are not.
///
/// ```
/// copy.add(row, canonical, from, duplicate);
/// copy.publish(shape, source);
/// ```
final class CleanCopy implements AutoCloseable {
  static final String REMOVED = "removed.jsonl";

  /// Rows in which there is nothing to learn.
  private static final Set<Notice> EMPTY = Set.of(Notice.EMPTY_ANSWER, Notice.EMPTY_TEXT);

  private final CanonicalFolder folder;
  private final CanonicalFile train;
  private final JsonGenerator removed;

  private CleanCopy(CanonicalFolder folder) throws IOException {
    this.folder = folder;
    this.train = folder.file(DataManifest.TRAIN);
    this.removed =
        JsonFactory.builder()
            .rootValueSeparator(new SerializedString(""))
            .build()
            .createGenerator(
                ObjectWriteContext.empty(), Files.newOutputStream(folder.path().resolve(REMOVED)));
  }

  static CleanCopy aside(Path target) throws IOException {
    CanonicalFolder folder = CanonicalFolder.aside(target);
    try {
      return new CleanCopy(folder);
    } catch (IOException e) {
      folder.close();
      throw e;
    }
  }

  /// Lists what can't be trained on.
  void remove(Problems problems) {
    problems.first().forEach(each -> remove(each.place(), each.found()));
  }

  void add(ShapedRow row, byte[] canonical, int from, boolean duplicate) throws IOException {
    for (Notice notice : row.notices()) {
      if (EMPTY.contains(notice)) {
        remove(row.place().toString(), notice.found());
        return;
      }
    }
    if (duplicate) {
      remove(row.place().toString(), "the same row came before");
      return;
    }
    train.append(row, canonical, from);
  }

  private void remove(String place, String reason) {
    removed.writeStartObject();
    removed.writeStringProperty("place", place);
    removed.writeStringProperty("reason", reason);
    removed.writeEndObject();
    removed.writeRaw('\n');
  }

  long rows() {
    return train.rows();
  }

  void publish(Shape shape, DataSource source) throws IOException {
    removed.close();
    folder.publish(shape, source.named(), source.reading().mapping());
  }

  @Override
  public void close() throws IOException {
    removed.close();
    folder.close();
  }
}
