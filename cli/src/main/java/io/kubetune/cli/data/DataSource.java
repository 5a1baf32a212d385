package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.data.format.InputFile;
import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.cli.data.shape.FormChoice;
import io.kubetune.cli.data.shape.PromptTemplate;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Rows as the user has them: where they are, and how they are to be understood.
///
/// ```
/// DataSource.of(List.of("gsm8k/train.jsonl.gz"))
///     .mapped(ColumnMapping.parse("question=prompt,answer=completion"))
/// ```
///
/// @param inputs files, folders and globs as the user named them
/// @param template the user's own prompt text
/// @param format overrides what the files' content says
public record DataSource(
    List<String> inputs,
    ColumnMapping mapping,
    Optional<PromptTemplate> template,
    Optional<Format> format) {

  public static DataSource of(List<String> inputs) {
    return new DataSource(inputs, ColumnMapping.NONE, Optional.empty(), Optional.empty());
  }

  public DataSource mapped(ColumnMapping mapping) {
    return new DataSource(inputs, mapping, template, format);
  }

  /// What the user named, for messages and the manifest.
  public String named() {
    return String.join(", ", inputs);
  }

  /// Other rows, understood in the same way.
  DataSource with(List<String> otherInputs) {
    return new DataSource(otherInputs, mapping, template, format);
  }

  FormChoice choice() {
    return new FormChoice(mapping, template);
  }

  /// Finds the files and reads them all, handing the batches on in order.
  ///
  /// @return splits that were left out, each as a warning
  /// @throws TuneException BAD_DATA where a word names nothing
  /// @throws IOException where a disk fails
  public List<Problem> read(RowPipeline pipeline, RowPipeline.Sink sink) throws IOException {
    InputFiles found;
    try {
      found = InputFiles.of(inputs, format);
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.BAD_DATA, "can't list the data", named(), e.toString(), "", e);
    }
    if (!found.problems().isEmpty()) {
      throw new TuneException(ExitCode.BAD_DATA, "can't find the data", found.problems());
    }
    for (InputFile file : found.files()) {
      pipeline.read(file, sink);
    }
    return found.left().stream().map(DataSource::leftOut).toList();
  }

  private static Problem leftOut(Path split) {
    return new Problem(
        split.toString(),
        "left out: by its name these rows were held out of training",
        "name the file itself to use it");
  }
}
