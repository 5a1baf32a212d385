package io.kubetune.cli.command;

import io.kubetune.contract.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `kubectl tune data`: what is done with data outside a run.
@Command(
    name = "data",
    header = "Check, clean, split and package data outside a run.",
    footer = {
      "  # Everything that is wrong with some rows, and what training would see",
      "  kubectl tune data check rows.jsonl",
      "",
      "  # Hold out a tenth of them",
      "  kubectl tune data split rows.jsonl --eval 0.1 --to ./split",
      "",
      "  # As an image that a cluster pulls",
      "  kubectl tune data push ./shards --data-image registry.example.com/team/data:v1",
    })
final class Data implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private final Surroundings surroundings;

  private Data(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// The command with its own subcommands.
  static CommandLine commandLine(Surroundings surroundings) {
    CommandLine line = new CommandLine(new Data(surroundings));
    line.addSubcommand(new DataCheck(surroundings));
    line.addSubcommand(new DataPreview(surroundings));
    line.addSubcommand(new DataSplit(surroundings));
    line.addSubcommand(new DataNormalise(surroundings));
    line.addSubcommand(new DataPush(surroundings));
    return line;
  }

  /// Alone it shows the commands there are.
  @Override
  public Integer call() {
    spec.commandLine().usage(surroundings.terminal().out());
    return ExitCode.OK.code();
  }
}
