package io.kubetune.cli.data;

import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.DataFile;
import io.kubetune.contract.DataManifest.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A folder of canonical rows while it is written; it appears whole or not at all.
///
/// ```
/// try (CanonicalFolder folder = CanonicalFolder.aside(target)) {
///   folder.file("train.jsonl").append(batch);
///   DataManifest manifest = folder.publish(shape, source, mapping);
/// }
/// ```
public final class CanonicalFolder implements AutoCloseable {
  private final NewFolder folder;
  private final List<CanonicalFile> files = new ArrayList<>();

  private CanonicalFolder(NewFolder folder) {
    this.folder = folder;
  }

  /// @throws io.kubetune.contract.TuneException ALREADY_EXISTS where the target holds something
  public static CanonicalFolder aside(Path target) throws IOException {
    return new CanonicalFolder(NewFolder.aside(target));
  }

  /// Begins a file of rows; the first one is the one to train on.
  public CanonicalFile file(String name) throws IOException {
    CanonicalFile file = new CanonicalFile(folder.path(), name);
    files.add(file);
    return file;
  }

  /// Where files besides the rows can be written.
  public Path path() {
    return folder.path();
  }

  /// Writes the manifest and makes the folder visible.
  public DataManifest publish(Shape shape, String source, ColumnMapping mapping)
      throws IOException {
    List<DataFile> written = new ArrayList<>();
    for (CanonicalFile each : files) {
      written.add(each.finish());
    }
    DataManifest manifest =
        new DataManifest(
            shape, written, source, mapping.theirsByOurs(), files.getFirst().origins());
    Files.writeString(folder.path().resolve(DataManifest.FILE_NAME), manifest.toJson());
    folder.publish();
    return manifest;
  }

  @Override
  public void close() throws IOException {
    for (CanonicalFile each : files) {
      each.close();
    }
    folder.close();
  }
}
