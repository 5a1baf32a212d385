package io.kubetune.cli.command;

import io.kubetune.cli.data.DataSource;
import java.util.List;
import picocli.CommandLine.Mixin;
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

  @Mixin private ReadingOptions reading;

  DataSource source() {
    return DataSource.of(inputs).as(reading.reading());
  }
}
