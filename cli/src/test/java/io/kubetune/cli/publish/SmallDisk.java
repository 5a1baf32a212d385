package io.kubetune.cli.publish;

import io.kubetune.cli.registry.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// A disk of a few megabytes, to be filled; only root can mount one.
///
/// ```
/// Path small = SmallDisk.mountOrSkip(dir.resolve("small"), 1);
/// ```
public final class SmallDisk {
  private SmallDisk() {}

  public static Path mountOrSkip(Path folder, int megabytes) throws Exception {
    Files.createDirectories(folder);
    try {
      Tool.run(
          List.of("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder + ""));
    } catch (AssertionError | java.io.IOException e) {
      System.err.println("SKIPPED, NOT TESTED: full disk, as a tmpfs can't be mounted here");
      Assumptions.abort("no right to mount a tmpfs");
    }
    return folder;
  }

  public static void unmount(Path folder) throws Exception {
    Tool.run(List.of("umount", folder.toString()));
  }
}
