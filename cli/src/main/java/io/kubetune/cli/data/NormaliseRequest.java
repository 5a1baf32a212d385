package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.cli.data.shape.PromptTemplate;
import java.nio.file.Path;
import java.util.List;

/// What to make canonical, and where to put it.
///
/// ```
/// NormaliseRequest.of(List.of("gsm8k/train.jsonl.gz"), folder)
///     .mapped(ColumnMapping.parse("question=prompt,answer=completion"))
/// ```
///
/// @param evalInputs rows to evaluate on, of the same form; empty where there are none
/// @param outFolder is made; must not exist, or be empty
public record NormaliseRequest(DataSource source, List<String> evalInputs, Path outFolder) {

  public static NormaliseRequest of(List<String> inputs, Path outFolder) {
    return new NormaliseRequest(DataSource.of(inputs), List.of(), outFolder);
  }

  public NormaliseRequest evaluatedOn(List<String> evalInputs) {
    return new NormaliseRequest(source, evalInputs, outFolder);
  }

  /// The same rows, understood in another way.
  public NormaliseRequest as(RowReading reading) {
    return new NormaliseRequest(source.as(reading), evalInputs, outFolder);
  }

  public NormaliseRequest mapped(ColumnMapping mapping) {
    return as(source.reading().mapped(mapping));
  }

  public NormaliseRequest templated(PromptTemplate template) {
    return as(source.reading().templated(template));
  }

  public NormaliseRequest formatted(Format format) {
    return as(source.reading().formatted(format));
  }
}
