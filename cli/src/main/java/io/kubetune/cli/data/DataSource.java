package io.kubetune.cli.data;

import io.kubetune.cli.data.format.InputFile;
import io.kubetune.cli.data.shape.FormChoice;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Rows as the user has them: where they are, and how they are to be understood.
///
/// ```
/// DataSource.of(List.of("rows.csv")).as(RowReading.AS_FOUND.formatted(Format.TSV))
/// ```
///
/// @param inputs files, folders and globs as the user named them
public record DataSource(List<String> inputs, RowReading reading) {

  public static DataSource of(List<String> inputs) {
    return new DataSource(inputs, RowReading.AS_FOUND);
  }

  /// The same rows, understood in another way.
  public DataSource as(RowReading other) {
    return new DataSource(inputs, other);
  }

  /// What the user named, for messages and the manifest.
  public String named() {
    return String.join(", ", inputs);
  }

  /// Other rows, understood in the same way.
  DataSource with(List<String> otherInputs) {
    return new DataSource(otherInputs, reading);
  }

  FormChoice choice() {
    return new FormChoice(reading.mapping(), reading.template());
  }

  /// The files that are read, in their order, by the word that names them.
  ///
  /// @throws TuneException BAD_DATA where a word names nothing
  public Map<String, List<Path>> files() {
    Map<String, List<Path>> files = new LinkedHashMap<>();
    for (String each : inputs) {
      files.put(each, found(List.of(each)).files().stream().map(InputFile::path).toList());
    }
    return files;
  }

  /// Finds the files and reads them all, handing the batches on in order.
  ///
  /// @return splits that were left out, each as a warning
  /// @throws TuneException BAD_DATA where a word names nothing
  /// @throws IOException where a disk fails
  public List<Problem> read(RowPipeline pipeline, RowPipeline.Sink sink) throws IOException {
    InputFiles found = found(inputs);
    for (InputFile file : found.files()) {
      pipeline.read(file, sink);
    }
    return found.left().stream().map(DataSource::leftOut).toList();
  }

  private InputFiles found(List<String> words) {
    InputFiles found;
    try {
      found = InputFiles.of(words, reading.format());
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.BAD_DATA, "can't list the data", named(), e.toString(), "", e);
    }
    if (!found.problems().isEmpty()) {
      throw new TuneException(ExitCode.BAD_DATA, "can't find the data", found.problems());
    }
    return found;
  }

  private static Problem leftOut(Path split) {
    return new Problem(
        split.toString(),
        "left out: by its name these rows were held out of training",
        "name the file itself to use it");
  }
}
