package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.cli.data.shape.PromptTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What to make canonical, and where to put it.
///
/// ```
/// NormaliseRequest.of(List.of("gsm8k/train.jsonl.gz"), folder)
///     .mapped(ColumnMapping.parse("question=prompt,answer=completion"))
/// ```
///
/// @param inputs files as the user named them
/// @param evalInputs rows to evaluate on, of the same form; empty where there are none
/// @param format overrides what the files' content says
/// @param template the user's own prompt text
/// @param outFolder is made; must not exist, or be empty
public record NormaliseRequest(
    List<String> inputs,
    List<String> evalInputs,
    ColumnMapping mapping,
    Optional<PromptTemplate> template,
    Optional<Format> format,
    Path outFolder) {

  public static NormaliseRequest of(List<String> inputs, Path outFolder) {
    return new NormaliseRequest(
        inputs, List.of(), ColumnMapping.NONE, Optional.empty(), Optional.empty(), outFolder);
  }

  public NormaliseRequest evaluatedOn(List<String> evalInputs) {
    return new NormaliseRequest(inputs, evalInputs, mapping, template, format, outFolder);
  }

  public NormaliseRequest mapped(ColumnMapping mapping) {
    return new NormaliseRequest(inputs, evalInputs, mapping, template, format, outFolder);
  }

  public NormaliseRequest templated(PromptTemplate template) {
    return new NormaliseRequest(
        inputs, evalInputs, mapping, Optional.of(template), format, outFolder);
  }

  public NormaliseRequest formatted(Format format) {
    return new NormaliseRequest(
        inputs, evalInputs, mapping, template, Optional.of(format), outFolder);
  }
}
