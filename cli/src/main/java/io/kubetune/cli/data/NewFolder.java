package io.kubetune.cli.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.stream.Stream;

/// A folder that is filled aside and appears whole, or not at all.
///
/// ```
/// try (NewFolder folder = NewFolder.aside(target)) {
///   Files.writeString(folder.path().resolve("manifest.json"), "{}");
///   folder.publish();
/// }
/// ```
public final class NewFolder implements AutoCloseable {
  private final Path target;
  private final Path aside;

  /// Ctrl-C ends the process without closing anything.
  private final Thread atExit = new Thread(this::removeQuietly);

  private NewFolder(Path target, Path aside) {
    this.target = target;
    this.aside = aside;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /// @throws TuneException ALREADY_EXISTS where the target holds something
  public static NewFolder aside(Path target) throws IOException {
    Path whole = target.toAbsolutePath().normalize();
    if (Files.exists(whole) && !isEmptyFolder(whole)) {
      throw new TuneException(
          ExitCode.ALREADY_EXISTS,
          "can't write the dataset",
          target.toString(),
          Files.isDirectory(whole) ? "the folder is not empty" : "a file of that name exists",
          "name a new folder, or remove this one");
    }
    Files.createDirectories(whole.getParent());
    // Not createTempDirectory: that one is for its owner alone, and a pod reads data as another
    // user.
    String suffix = Long.toHexString(new SecureRandom().nextLong());
    return new NewFolder(
        whole,
        Files.createDirectory(whole.resolveSibling("." + whole.getFileName() + "." + suffix)));
  }

  /// Where to write until all is there.
  public Path path() {
    return aside;
  }

  /// Makes the folder visible under its own name, whole and on the disk.
  public void publish() throws IOException {
    sync(aside);
    Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    sync(target.getParent());
  }

  /// Removes what was not published.
  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // the process is ending and removes it
    }
    remove();
  }

  private void removeQuietly() {
    try {
      remove();
    } catch (IOException e) {
      // Nobody is left to tell; the folder's name begins with a dot and says whose it is.
    }
  }

  private void remove() throws IOException {
    if (Files.exists(aside)) {
      Files.walkFileTree(
          aside,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException e)
                throws IOException {
              Files.delete(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static boolean isEmptyFolder(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> inside = Files.list(path)) {
      return inside.findAny().isEmpty();
    }
  }
}
