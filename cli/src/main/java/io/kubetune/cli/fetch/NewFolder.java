package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.ImageReference;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A folder that appears whole or not at all: filled beside its place, renamed at the end.
///
/// ```
/// try (NewFolder folder = NewFolder.beside(target, "can't pull the adapter")) {
///   Files.write(folder.staging().resolve("a"), bytes);
///   folder.commit();
/// }
/// ```
///
/// @param staging where to write
record NewFolder(Path target, Path staging, String attempted) implements AutoCloseable {
  /// A power cut may empty files that were renamed and not flushed. Flushing each of a hundred
  /// thousand takes minutes, and a data set can be pulled again.
  private static final int FLUSHED_FILES = 1000;

  /// @param attempted for the error where the target is taken
  static NewFolder beside(Path target, String attempted) throws IOException {
    Path absolute = target.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent == null) {
      throw taken(target, attempted, "the root of the file system");
    }
    Files.createDirectories(parent);
    Path staging = Files.createTempDirectory(parent, "." + absolute.getFileName() + ".partial-");
    return new NewFolder(absolute, staging, attempted);
  }

  /// Puts what was staged into its place; a target with the same content already there is fine.
  ///
  /// @param content the folder below staging that becomes the target
  void commit(Path content) throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(target)) {
      throw taken(target, attempted, "not a folder");
    }
    if (Files.isDirectory(target) && !Folders.isEmpty(target)) {
      if (!Folders.same(content, target)) {
        throw taken(target, attempted, "has other content");
      }
      return;
    }
    List<Path> files = Folders.files(content);
    for (Path file : files.size() <= FLUSHED_FILES ? files : List.<Path>of()) {
      try (FileChannel channel =
          FileChannel.open(content.resolve(file), StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    readableAsUsual(content);
    Files.move(content, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Puts one staged file into the target's place; the same content already there is fine.
  void commitFile(Path content, ImageReference source) throws IOException {
    if (!Files.isRegularFile(content)) {
      throw new TuneException(
          ExitCode.NOT_FOUND,
          attempted,
          source.toString(),
          "the image has no such file under /data",
          "pull the whole adapter to see what there is");
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      if (!Files.isRegularFile(target) || Files.mismatch(content, target) >= 0) {
        throw taken(target, attempted, "has other content");
      }
      return;
    }
    Files.move(content, target, StandardCopyOption.ATOMIC_MOVE);
  }

  /// A temporary folder is for its owner alone; the result is what mkdir would have made.
  private static void readableAsUsual(Path content) throws IOException {
    Path probe = Files.createDirectory(content.resolveSibling(content.getFileName() + "-mode"));
    try {
      if (probe.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(content, Files.getPosixFilePermissions(probe));
      }
    } finally {
      Files.delete(probe);
    }
  }

  @Override
  public void close() throws IOException {
    Folders.delete(staging);
  }

  static TuneException taken(Path target, String attempted, String found) {
    return new TuneException(
        ExitCode.ALREADY_EXISTS,
        attempted,
        target.toString(),
        found,
        "name another folder, or remove this one");
  }
}
