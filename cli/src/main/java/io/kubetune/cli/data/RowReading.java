package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.cli.data.shape.PromptTemplate;
import java.util.Optional;

/// How the user's rows are to be understood: the same for a check, a run on this machine, and a
/// pod's data-downloader, so that the same rows become the same canonical bytes everywhere.
///
/// ```
/// RowReading.AS_FOUND.mapped(ColumnMapping.parse("question=prompt,answer=completion"))
/// ```
///
/// @param template the user's own prompt text
/// @param format overrides what the files' content says
public record RowReading(
    ColumnMapping mapping, Optional<PromptTemplate> template, Optional<Format> format) {

  public static final RowReading AS_FOUND =
      new RowReading(ColumnMapping.NONE, Optional.empty(), Optional.empty());

  public RowReading mapped(ColumnMapping other) {
    return new RowReading(other, template, format);
  }

  public RowReading templated(PromptTemplate other) {
    return new RowReading(mapping, Optional.of(other), format);
  }

  public RowReading formatted(Format other) {
    return new RowReading(mapping, template, Optional.of(other));
  }
}
