package io.kubetune.cli.command;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Output;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `kubectl tune delete NAME…`: stops what still runs and removes the run's folder.
@Command(
    name = "delete",
    header = "Stop a run and remove all that belongs to it.",
    description = {
      "",
      "An adapter image that was pushed to a registry, or written outside the run's folder, stays."
    },
    footer = {
      "  kubectl tune delete first",
      "  kubectl tune delete first second --yes --grace-period 60",
    })
final class Delete implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", arity = "1..*", description = "the run")
  private List<String> names;

  @Option(
      names = {"-y", "--yes"},
      description = "do not ask")
  private boolean yes;

  @Option(
      names = "--grace-period",
      paramLabel = "SECONDS",
      description = "time between asking the trainer to stop and killing it (${DEFAULT-VALUE})",
      defaultValue = "30")
  private long graceSeconds;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "table or name")
  private Output output = Output.TABLE;

  private final Surroundings surroundings;

  Delete(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    List<RunFolder> runs = names.stream().map(surroundings::run).toList();
    for (RunFolder run : runs) {
      confirm(run);
      surroundings.local().stop(run, Duration.ofSeconds(graceSeconds));
      surroundings.runs().remove(run);
      surroundings
          .terminal()
          .out()
          .println(output == Output.NAME ? "run/" + run.name() : "run/" + run.name() + " deleted");
    }
    return ExitCode.OK.code();
  }

  private void confirm(RunFolder run) throws IOException {
    Terminal terminal = surroundings.terminal();
    if (yes || !terminal.inIsTerminal()) {
      return;
    }
    RunState state = RunState.of(run);
    terminal.err().print("Delete run/" + run.name() + " (" + state.phase() + ")? [y/N] ");
    terminal.err().flush();
    String answer =
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8)).readLine();
    if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
      throw new TuneException(
          ExitCode.USAGE,
          "did not delete run/" + run.name(),
          "answer",
          "not 'y'",
          "kubectl tune delete " + run.name() + " --yes");
    }
  }
}
