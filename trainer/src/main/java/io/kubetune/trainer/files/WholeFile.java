package io.kubetune.trainer.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Writes a file so that its name never stands for half of it: aside, through to the disk, renamed.
///
/// ```
/// WholeFile.write(folder.resolve("eval_results.json"), "{}\n");
/// ```
public final class WholeFile {
  /// What a file is called until it is whole: a dot, its name, and this.
  public static final String PARTIAL = ".partial";

  /// Fills an open file.
  public interface Content {
    void writeTo(FileChannel file) throws IOException;
  }

  private WholeFile() {}

  public static void write(Path target, String text) throws IOException {
    write(target, file -> writeAll(file, StandardCharsets.UTF_8.encode(text)));
  }

  /// Replaces what was there. On failure nothing is left aside and the old content stays.
  public static void write(Path target, Content content) throws IOException {
    Path aside = target.resolveSibling("." + target.getFileName() + PARTIAL);
    try {
      writeThrough(aside, content);
      Files.move(
          aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException | Error e) {
      Files.deleteIfExists(aside);
      throw e;
    }
    syncFolder(target.toAbsolutePath().getParent());
  }

  /// Writes in place and waits for the disk; for files in a folder that is itself renamed.
  public static void writeThrough(Path target, Content content) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            target,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      content.writeTo(file);
      file.force(true);
    }
  }

  /// A rename is on the disk only when the folder is.
  public static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  public static void writeAll(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }
}
