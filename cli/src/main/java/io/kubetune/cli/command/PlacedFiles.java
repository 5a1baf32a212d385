package io.kubetune.cli.command;

import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Puts files into a folder that may be a mounted volume, each whole or not at all.
///
/// ```
/// new PlacedFiles(modelTo).link(snapshot);
/// ```
record PlacedFiles(Path folder) {

  /// A file under its place's hidden name, to be renamed.
  private interface Making {
    void make(Path aside, Path file) throws IOException;
  }

  /// Every file of another folder: as a second name of the same content where the disk allows, else
  /// as a copy. Hidden ones stay where they are.
  void link(Path from) {
    place(
        from,
        (aside, file) -> {
          Path content = file.toRealPath();
          try {
            Files.createLink(aside, content);
          } catch (IOException | UnsupportedOperationException e) {
            Files.copy(content, aside);
          }
        });
  }

  /// Links to every file of another folder, which stays.
  void pointTo(Path from) {
    place(from.toAbsolutePath(), Files::createSymbolicLink);
  }

  private void place(Path from, Making making) {
    for (Path file : files(from)) {
      Path target = folder.resolve(from.relativize(file).toString());
      try {
        if (Files.exists(target) && Files.isSameFile(target, file)) {
          continue;
        }
        Files.createDirectories(target.getParent());
        Path aside = target.resolveSibling("." + target.getFileName() + ".partial");
        Files.deleteIfExists(aside);
        making.make(aside, file);
        Files.move(
            aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  /// The rows of a folder inside this one, and the manifest that says they are whole last.
  void moveUp(Path inside) {
    List<Path> files =
        files(inside).stream()
            .sorted(
                Comparator.comparing(
                    (Path file) -> file.getFileName().toString().equals(DataManifest.FILE_NAME)))
            .toList();
    try {
      for (Path file : files) {
        Files.move(
            file,
            folder.resolve(file.getFileName()),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
      Files.delete(inside);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// What an earlier call left.
  void remove(Path inside) {
    if (!Files.exists(inside)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(inside)) {
      for (Path each : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private List<Path> files(Path from) {
    try (Stream<Path> walk = Files.walk(from)) {
      return walk.filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .toList();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private TuneException failed(IOException e) {
    return Storage.failed("can't write " + folder, folder.toString(), e);
  }
}
