package io.kubetune.cli.fetch;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/// Whole folders: removed, listed, compared; links are never followed.
///
/// ```
/// Folders.same(Path.of("staging"), Path.of("adapter"));
/// ```
final class Folders {
  private Folders() {}

  static void delete(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  static void deleteContents(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> children;
    try (Stream<Path> listed = Files.list(folder)) {
      children = listed.toList();
    }
    for (Path each : children) {
      delete(each);
    }
  }

  static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> listed = Files.list(folder)) {
      return listed.findAny().isEmpty();
    }
  }

  /// All regular files below, relative to the folder, sorted.
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> walked = Files.walk(folder)) {
      return walked
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .map(folder::relativize)
          .sorted()
          .toList();
    }
  }

  /// True where both hold the same files with the same bytes.
  static boolean same(Path one, Path other) throws IOException {
    List<Path> names = files(one);
    if (!names.equals(files(other))) {
      return false;
    }
    for (Path name : names) {
      if (Files.mismatch(one.resolve(name), other.resolve(name)) >= 0) {
        return false;
      }
    }
    return true;
  }
}
