package io.kubetune.cli.command;

import io.kubetune.contract.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `kubectl tune pod`: what the containers of a Job call, see `templates/contract/pod.md`.
@Command(name = "pod", hidden = true, header = "What the containers of a Job call.")
final class Pod implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private final Surroundings surroundings;

  private Pod(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  static CommandLine commandLine(Surroundings surroundings) {
    CommandLine line = new CommandLine(new Pod(surroundings));
    line.addSubcommand(new Download(surroundings));
    line.addSubcommand(new PodPublish(surroundings));
    return line;
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(surroundings.terminal().out());
    return ExitCode.OK.code();
  }
}
