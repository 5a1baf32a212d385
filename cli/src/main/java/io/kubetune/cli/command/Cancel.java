package io.kubetune.cli.command;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `kubectl tune cancel NAME`: the trainer writes a checkpoint and ends; the run stays, to be gone
/// on with.
@Command(
    name = "cancel",
    header = "Stop a run at a checkpoint, to resume it later.",
    footer = {"  kubectl tune cancel first", "  kubectl tune resume first"})
final class Cancel implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "the run")
  private String name;

  @Option(
      names = "--grace-period",
      paramLabel = "SECONDS",
      description = "time for the checkpoint, before the trainer is killed (${DEFAULT-VALUE})",
      defaultValue = "60")
  private long graceSeconds;

  private final Surroundings surroundings;

  Cancel(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    RunFolder run = surroundings.run(name);
    RunState before = RunState.of(run);
    if (before.phase().isOver()) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't cancel run/" + run.name(),
          "run/" + run.name(),
          "it is over: " + before.phase(),
          "kubectl tune status " + run.name());
    }
    surroundings.local().stop(run, Duration.ofSeconds(graceSeconds));
    RunState after = RunState.of(run);
    surroundings.terminal().out().println("run/" + run.name() + ": " + after.phase());
    return switch (after.phase()) {
      case STOPPED, SUCCEEDED -> ExitCode.OK.code();
      case FAILED, PENDING, RUNNING, PUBLISHING -> after.code().code();
    };
  }
}
