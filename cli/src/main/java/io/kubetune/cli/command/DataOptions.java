package io.kubetune.cli.command;

import io.kubetune.cli.data.DataSource;
import io.kubetune.cli.data.format.Format;
import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.cli.data.shape.PromptTemplate;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Which rows, and how they are to be understood: the same for all commands that read data.
///
/// ```
/// DataReport report = RowCheck.check(data.source());
/// ```
final class DataOptions {
  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "files, folders or globs: JSON Lines, JSON, CSV, TSV, Parquet, Arrow or text, plain, .gz or"
              + " .zst")
  private List<String> inputs;

  @Option(
      names = "--map",
      paramLabel = "THEIRS=OURS,…",
      description = "which columns are which, for example question=prompt,answer=completion")
  private String map;

  @Option(
      names = "--template",
      paramLabel = "TEXT|FILE",
      description = "prompt with {column} fields, or a file that holds it")
  private String template;

  @Option(
      names = "--template-without-input",
      paramLabel = "TEXT|FILE",
      description = "prompt for rows whose column 'input' is empty")
  private String templateWithoutInput;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "jsonl, json, csv, tsv, parquet, arrow or text; found out where not given")
  private String format;

  DataSource source() {
    return new DataSource(
        inputs,
        map == null ? ColumnMapping.NONE : ColumnMapping.parse(map),
        prompt(),
        Optional.ofNullable(format).map(Format::named));
  }

  private Optional<PromptTemplate> prompt() {
    if (template == null) {
      if (templateWithoutInput != null) {
        throw unusable(
            "--template-without-input", "given without --template", "give both, or --template");
      }
      return Optional.empty();
    }
    String text = text("--template", template);
    return Optional.of(
        templateWithoutInput == null
            ? PromptTemplate.of(text)
            : PromptTemplate.of(text, text("--template-without-input", templateWithoutInput)));
  }

  /// A text without any field would be no template: then it is a file's name.
  private static String text(String flag, String textOrFile) {
    if (textOrFile.contains("{")) {
      return textOrFile;
    }
    try {
      return Files.readString(Path.of(textOrFile));
    } catch (IOException | InvalidPathException e) {
      throw unusable(
          flag + " " + textOrFile,
          "neither a text with {column} fields nor a file that can be read",
          "for example --template 'Q: {question} A:'");
    }
  }

  private static TuneException unusable(String place, String found, String remedy) {
    return new TuneException(ExitCode.USAGE, "can't use the prompt template", place, found, remedy);
  }
}
