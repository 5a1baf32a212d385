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
    header = "Work with data sets outside a run.",
    footer = {
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
