package io.kubetune.images;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/// A folder as a layer: its contents from the image's root on, executable where they are here, of
/// one time, owned by root.
///
/// ```
/// FolderLayer.of("base", Path.of("target/images/base"))
/// ```
final class FolderLayer {
  /// Jib's own choice; the JVM's start-up cache remembers the times of its jars.
  private static final Instant FILE_TIME = Instant.ofEpochSecond(1);

  private static final FilePermissions PROGRAM = FilePermissions.fromOctalString("755");
  private static final FilePermissions FILE = FilePermissions.fromOctalString("644");

  private FolderLayer() {}

  static FileEntriesLayer of(String name, Path folder) throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted().toList();
    }
    for (Path each : all) {
      if (each.equals(folder)) {
        continue;
      }
      AbsoluteUnixPath inImage =
          AbsoluteUnixPath.get("/" + folder.relativize(each).toString().replace('\\', '/'));
      boolean program = Files.isDirectory(each) || Files.isExecutable(each);
      layer.addEntry(each, inImage, program ? PROGRAM : FILE, FILE_TIME);
    }
    return layer.build();
  }
}
