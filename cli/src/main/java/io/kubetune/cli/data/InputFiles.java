package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.data.format.InputFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The files that the user's words name, in the order in which they are read.
///
/// ```
/// InputFiles.of(List.of("rows.jsonl"), Optional.empty()).files()
/// ```
record InputFiles(List<InputFile> files) {

  static InputFiles of(List<String> named, Optional<Format> format) {
    List<InputFile> files = new ArrayList<>();
    for (String each : named) {
      files.add(new InputFile(Path.of(each), each, format));
    }
    return new InputFiles(files);
  }
}
