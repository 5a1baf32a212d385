package io.kubetune.cli.command;

import io.kubetune.contract.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `kubectl tune config`: what is a user's and no run's.
@Command(
    name = "config",
    header = "Set and show defaults for all commands.",
    footer = {
      "  # Where images and data go unless a command says otherwise",
      "  kubectl tune config set registry registry.example.com/ml",
      "",
      "  kubectl tune config view",
    })
final class Config implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private final Surroundings surroundings;

  private Config(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// The command with its own subcommands.
  static CommandLine commandLine(Surroundings surroundings) {
    CommandLine line = new CommandLine(new Config(surroundings));
    line.addSubcommand(new ConfigSet(surroundings));
    line.addSubcommand(new ConfigGet(surroundings));
    line.addSubcommand(new ConfigUnset(surroundings));
    line.addSubcommand(new ConfigView(surroundings));
    return line;
  }

  /// Alone it shows the commands there are.
  @Override
  public Integer call() {
    spec.commandLine().usage(surroundings.terminal().out());
    return ExitCode.OK.code();
  }
}
