package io.kubetune.cli.request;

import io.kubetune.cli.data.RowReading;
import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.cli.data.shape.PromptTemplate;
import io.kubetune.cli.data.shape.PromptTemplate.Said;
import io.kubetune.contract.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Reads how a request's rows are to be understood; files with prompt texts are read here, so that
/// a pod is told the text.
///
/// ```
/// RowReading reading = new ReadingReader(values, workingFolder, problems).read();
/// ```
record ReadingReader(FieldValues values, Path workingFolder, List<Problem> problems) {

  RowReading read() {
    List<ColumnMapping.Pair> pairs =
        values.all(Field.COLUMN).stream()
            .map(each -> new ColumnMapping.Pair(each.key(), each.value(), each.place()))
            .toList();
    ColumnMapping mapping = ColumnMapping.of(pairs, problems);
    return new RowReading(mapping, prompt(), format());
  }

  private Optional<Format> format() {
    Optional<Given> given = values.one(Field.FORMAT);
    Optional<Format> format = given.flatMap(each -> Format.find(each.value()));
    if (format.isEmpty()) {
      given.ifPresent(each -> problems.add(Format.unknown(each.place(), each.value())));
    }
    return format;
  }

  private Optional<PromptTemplate> prompt() {
    Optional<Said> with = said(Field.TEMPLATE);
    Optional<Said> without = said(Field.TEMPLATE_WITHOUT_INPUT);
    if (with.isEmpty()) {
      without.ifPresent(each -> problems.add(PromptTemplate.alone(each, Field.TEMPLATE.flag())));
      return Optional.empty();
    }
    return PromptTemplate.read(with.get(), without, workingFolder, problems);
  }

  private Optional<Said> said(Field field) {
    return values.one(field).map(given -> new Said(given.place(), given.value()));
  }
}
