package io.kubetune.cli.publish;

import io.kubetune.contract.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// A finished adapter as files on a volume: each written aside and renamed, the config last, so
/// that it is there only where all is.
///
/// ```
/// AdapterFolderCopy.copy(Path.of("/mnt/results"), Path.of("/mnt/output/bot"));
/// ```
public final class AdapterFolderCopy {
  private static final List<String> FILES =
      List.of(
          RunFiles.ADAPTER_MODEL,
          RunFiles.MODEL_CARD,
          RunFiles.EVAL_RESULTS,
          RunFiles.ADAPTER_CONFIG);

  private AdapterFolderCopy() {}

  public static void copy(Path results, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String name : FILES) {
      Path file = results.resolve(name);
      if (Files.exists(file)) {
        Path aside = folder.resolve("." + name + ".new");
        try {
          Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
          Files.move(
              aside,
              folder.resolve(name),
              StandardCopyOption.ATOMIC_MOVE,
              StandardCopyOption.REPLACE_EXISTING);
        } finally {
          Files.deleteIfExists(aside); // A full volume is not to stay full of half a file.
        }
      }
    }
  }
}
