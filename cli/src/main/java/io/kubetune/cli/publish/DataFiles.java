package io.kubetune.cli.publish;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What the user named, as files of an image: a folder's contents and single files all lie under
/// `/data`.
///
/// ```
/// DataFiles.gather(List.of(Path.of("shards"))); // {/data/a/1.jsonl=shards/a/1.jsonl, …}
/// ```
final class DataFiles {
  static final String ROOT = "/data/";
  private static final int MOST_PROBLEMS = 20;

  private DataFiles() {}

  /// By their path in the image. Links are followed, as Hugging Face's cache is made of them.
  static Map<String, Path> gather(List<Path> sources) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    List<Problem> problems = new ArrayList<>();
    for (Path source : sources) {
      if (Files.isDirectory(source)) {
        try (Stream<Path> walked = Files.walk(source, FileVisitOption.FOLLOW_LINKS)) {
          walked.forEach(file -> add(file, source.relativize(file).toString(), files, problems));
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      } else if (Files.exists(source)) {
        add(source, source.getFileName().toString(), files, problems);
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
    return files;
  }

  private static void add(Path file, String name, Map<String, Path> files, List<Problem> problems) {
    if (Files.isDirectory(file)) {
      return;
    }
    String path = ROOT + name.replace('\\', '/');
    if (!Files.isRegularFile(file)) {
      problems.add(new Problem(file.toString(), "a device, pipe or dangling link", "leave it out"));
    } else if (!Files.isReadable(file)) {
      problems.add(new Problem(file.toString(), "no permission to read it", ""));
    } else if (files.putIfAbsent(path, file) != null) {
      problems.add(
          new Problem(
              file.toString(), path + " comes from " + files.get(path) + " too", "rename one"));
    }
  }
}
