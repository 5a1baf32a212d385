package io.kubetune.cli.command;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `kubectl tune wait NAME`: comes back when the run has come to an end, or to the end waited for.
@Command(
    name = "wait",
    header = "Wait for a run to end.",
    footer = {
      "  kubectl tune wait first",
      "  kubectl tune wait first --for=complete --timeout 10m && kubectl tune pull-adapter first",
    })
final class Wait implements Callable<Integer> {
  private static final long POLL_MILLIS = 200;

  /// What to wait for.
  enum Condition {
    /// Success; any other end is told by the run's exit code.
    COMPLETE,
    /// Any end; the exit code is 0.
    END;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(paramLabel = "NAME", description = "the run")
  private String name;

  @Option(
      names = "--for",
      paramLabel = "CONDITION",
      description = "complete: ends with the run's exit code; end: with 0 however it ended")
  private Condition condition = Condition.COMPLETE;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "give up after this time: 90, 30s, 10m, 2h; without it, never")
  private String timeout;

  private final Surroundings surroundings;

  Wait(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    Instant end = timeout == null ? Instant.MAX : Instant.now().plus(duration(timeout));
    RunFolder run = surroundings.run(name);
    RunState state = RunState.of(run);
    while (!state.phase().isOver()) {
      if (Instant.now().isAfter(end)) {
        throw new TuneException(
            ExitCode.TIMEOUT,
            "stopped waiting for run/" + name,
            "--timeout " + timeout,
            "the run is " + state.phase() + " still",
            "kubectl tune status " + name);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      state = RunState.of(run);
    }
    surroundings.terminal().err().println("run/" + name + ": " + state.phase());
    return switch (condition) {
      case COMPLETE -> state.code().code();
      case END -> ExitCode.OK.code();
    };
  }

  private static Duration duration(String text) {
    try {
      return text.matches("[0-9]+")
          ? Duration.ofSeconds(Long.parseLong(text))
          : Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
    } catch (RuntimeException e) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't wait",
          "--timeout",
          "'" + text + "' is no duration",
          "for example 90, 30s, 10m, 1h30m");
    }
  }
}
