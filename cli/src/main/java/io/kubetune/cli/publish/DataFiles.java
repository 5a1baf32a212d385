package io.kubetune.cli.publish;

import io.kubetune.cli.publish.LayerFiles.FileState;
import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the user named, as files of an image: a folder's contents and single files all lie under
/// `/data`.
///
/// ```
/// DataFiles.gather(List.of(Path.of("shards"))); // /data/a/1.jsonl of shards/a/1.jsonl, …
/// ```
final class DataFiles {
  static final String ROOT = "/data/";
  private static final int MOST_PROBLEMS = 20;

  private DataFiles() {}

  /// Sorted by their path in the image. Links are followed, as Hugging Face's cache is made of
  /// them.
  static Collection<FileState> gather(List<Path> sources) throws IOException {
    Map<String, FileState> files = new TreeMap<>();
    List<Problem> problems = new ArrayList<>();
    for (Path source : sources) {
      if (Files.isDirectory(source)) {
        Files.walkFileTree(
            source,
            EnumSet.of(FileVisitOption.FOLLOW_LINKS),
            Integer.MAX_VALUE,
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes found)
                  throws IOException {
                add(file, found, source.relativize(file).toString(), files, problems);
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult visitFileFailed(Path file, IOException failure) {
                problems.add(new Problem(file.toString(), Storage.reason(failure), ""));
                return FileVisitResult.CONTINUE;
              }
            });
      } else if (Files.exists(source)) {
        BasicFileAttributes found = Files.readAttributes(source, BasicFileAttributes.class);
        add(source, found, source.getFileName().toString(), files, problems);
      } else {
        problems.add(new Problem(source.toString(), "no such file or folder", ""));
      }
    }
    if (problems.isEmpty() && files.isEmpty()) {
      problems.add(new Problem(sources.toString(), "no file in it", ""));
    }
    if (!problems.isEmpty()) {
      throw new TuneException(
          ExitCode.BAD_DATA,
          "can't package the data",
          problems.subList(0, Math.min(MOST_PROBLEMS, problems.size())));
    }
    return files.values();
  }

  private static void add(
      Path file,
      BasicFileAttributes found,
      String name,
      Map<String, FileState> files,
      List<Problem> problems)
      throws IOException {
    String path = ROOT + name.replace('\\', '/');
    FileState other = files.get(path);
    if (!found.isRegularFile()) {
      problems.add(new Problem(file.toString(), "a device, pipe or dangling link", "leave it out"));
    } else if (!Files.isReadable(file)) {
      problems.add(new Problem(file.toString(), "no permission to read it", ""));
    } else if (other != null) {
      problems.add(
          new Problem(
              file.toString(), path + " comes from " + other.file() + " too", "rename one"));
    } else {
      files.put(path, FileState.of(path, file));
    }
  }
}
