package io.kubetune.cli.command;

import io.kubetune.cli.terminal.Output;
import picocli.CommandLine.Option;

/// `-o`, the same for all commands that show something.
final class OutputOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "one of ${COMPLETION-CANDIDATES}")
  private Output format = Output.TABLE;

  Output format() {
    return format;
  }
}
