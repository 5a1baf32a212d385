package io.kubetune.cli.command;

import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.ExitCode;
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
  /// Says that what lies here may be replaced; anyone's own file of the same name may not.
  private static final String MARK = ".kubetune-download";

  private static final String MARK_TEXT =
      "kubectl tune download put this folder's files here, and may replace them.\n";

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
    List<Path> files = files(from);
    claim(from, files);
    for (Path file : files) {
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
      claim(inside, files);
    } catch (TuneException e) {
      remove(inside);
      throw e;
    }
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

  /// Before the first file is placed: a file that is there already and is not the same is
  /// somebody's own, unless an earlier call placed it.
  private void claim(Path from, List<Path> files) {
    Path mark = folder.resolve(MARK);
    try {
      if (Files.exists(mark)) {
        return;
      }
      for (Path file : files) {
        Path target = folder.resolve(from.relativize(file).toString());
        if (Files.exists(target)
            && (Files.isDirectory(target) || Files.mismatch(target, file) >= 0)) {
          throw new TuneException(
              ExitCode.ALREADY_EXISTS,
              "can't write to " + folder,
              target.toString(),
              "another file of that name is there, which no download put there",
              "name a new folder, or move it away");
        }
      }
      Files.createDirectories(folder);
      Files.writeString(mark, MARK_TEXT);
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
