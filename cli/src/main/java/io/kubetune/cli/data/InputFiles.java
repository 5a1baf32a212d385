package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.data.format.InputFile;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.Problem;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The files that the user's words name, in the order in which they are read: a file, a folder, or
/// a glob.
///
/// A folder of canonical rows is its `train.jsonl`. Of any other folder, or a glob, that holds
/// several splits only the one named `train` is taken: rows that someone held out must not be
/// trained on unasked.
///
/// ```
/// InputFiles.of(List.of("shards/*.parquet"), Optional.empty()).files()
/// ```
///
/// @param left splits that were left out
/// @param problems words that name nothing
record InputFiles(List<InputFile> files, List<Path> left, List<Problem> problems) {
  private static final Pattern GLOB = Pattern.compile("[*?\\[{]");
  private static final Pattern TRAIN = split("train|training");
  private static final Pattern HELD_OUT = split("test|testing|valid|validation|val|dev|eval");

  static InputFiles of(List<String> named, Optional<Format> format) throws IOException {
    InputFiles all = new InputFiles(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (String word : named) {
      Path path = Path.of(word);
      List<Path> found;
      if (Files.isDirectory(path)) {
        found = all.trainSplit(inside(path), path);
      } else if (Files.exists(path) || !GLOB.matcher(word).find()) {
        found = List.of(path);
      } else {
        found = all.trainSplit(matching(word), path.getParent());
      }
      if (found.isEmpty()) {
        String what = Files.isDirectory(path) ? "no data file in the folder" : "matches no file";
        all.problems.add(new Problem(word, what, ""));
      }
      found.forEach(each -> all.files.add(new InputFile(each, each.toString(), format)));
    }
    return all;
  }

  private List<Path> trainSplit(List<Path> found, Path root) {
    List<Path> train = found.stream().filter(each -> named(each, root, TRAIN)).toList();
    List<Path> heldOut =
        found.stream()
            .filter(each -> !train.contains(each) && named(each, root, HELD_OUT))
            .toList();
    if (train.isEmpty() || heldOut.isEmpty()) {
      return found;
    }
    left.addAll(heldOut);
    return found.stream().filter(each -> !heldOut.contains(each)).toList();
  }

  /// Whether a file's name, or a folder's below the root, speaks of a split.
  private static boolean named(Path file, Path root, Pattern split) {
    Path below = root == null ? file : root.relativize(file);
    for (Path part : below) {
      if (split.matcher(part.toString()).find()) {
        return true;
      }
    }
    return false;
  }

  private static Pattern split(String names) {
    return Pattern.compile("(^|[._-])(" + names + ")([._-]|\\d|$)", Pattern.CASE_INSENSITIVE);
  }

  /// Data files of a folder and the folders in it, by path. Hidden files, and the notes that
  /// Hugging Face keeps beside Arrow files, are none.
  private static List<Path> inside(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> all =
          files
              .filter(Files::isRegularFile)
              .filter(each -> !hidden(folder.relativize(each)))
              .filter(each -> Format.ofName(each.getFileName().toString()).isPresent())
              .sorted()
              .toList();
      Path train = folder.resolve(DataManifest.TRAIN);
      if (Files.exists(folder.resolve(DataManifest.FILE_NAME)) && all.contains(train)) {
        return List.of(train);
      }
      boolean saved =
          all.stream().anyMatch(each -> each.getFileName().toString().equals("state.json"));
      return saved
          ? all.stream().filter(each -> each.toString().endsWith(".arrow")).toList()
          : all.stream().filter(each -> !isNote(each)).toList();
    }
  }

  private static boolean isNote(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".md") || name.equals("dataset_infos.json") || name.equals("LICENSE.txt");
  }

  private static boolean hidden(Path below) {
    for (Path part : below) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static List<Path> matching(String glob) throws IOException {
    Path pattern = Path.of(glob);
    Path start = pattern.isAbsolute() ? pattern.getRoot() : Path.of("");
    for (Path part : pattern) {
      if (GLOB.matcher(part.toString()).find()) {
        break;
      }
      start = start.resolve(part);
    }
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
    try (Stream<Path> files = Files.walk(start)) {
      return files.filter(Files::isRegularFile).filter(matcher::matches).sorted().toList();
    }
  }
}
