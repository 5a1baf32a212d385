package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.submit.cluster.Patience;
import io.kubetune.cli.watch.cluster.ClusterSnapshot;
import io.kubetune.cli.watch.cluster.ClusterState;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
  private static final long LOCAL_POLL_MILLIS = 200;
  private static final long CLUSTER_POLL_MILLIS = 1_000;

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

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  Wait(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    Instant end =
        timeout == null
            ? Instant.MAX
            : Instant.now().plus(TypedDuration.parse("--timeout", timeout));
    try (NamedRun run = where.find(name, surroundings)) {
      RunState state;
      try (OnInterrupt _ =
          OnInterrupt.says("Stopped waiting; the run goes on.", surroundings.terminal())) {
        state = await(run, end);
      }
      surroundings.terminal().err().println(reference(run) + ": " + state.phase());
      return switch (condition) {
        case COMPLETE -> state.code().code();
        case END -> ExitCode.OK.code();
      };
    }
  }

  private RunState await(NamedRun run, Instant end) throws InterruptedException {
    return switch (run) {
      case NamedRun.Here(RunFolder folder) ->
          poll(() -> RunState.of(folder), LOCAL_POLL_MILLIS, end, run);
      case NamedRun.There(Cluster cluster, ClusterRuns.Found found) -> {
        Patience patience = new Patience(cluster, Patience.LONGEST, surroundings.terminal()::say);
        yield poll(
            () ->
                patience.ask(
                    "can't wait for the run '" + found.name() + "'", () -> state(cluster, found)),
            CLUSTER_POLL_MILLIS,
            end,
            run);
      }
    };
  }

  private static RunState state(Cluster cluster, ClusterRuns.Found found) {
    ClusterRuns.Found current =
        new ClusterRuns(cluster)
            .read(found)
            .orElseThrow(() ->
                new TuneException(
                    ExitCode.NOT_FOUND,
                    "stopped waiting for the run '" + found.name() + "'",
                    found.reference(),
                    "it was deleted",
                    ""));
    return ClusterState.of(ClusterSnapshot.read(cluster, current));
  }

  private RunState poll(Supplier<RunState> look, long millis, Instant end, NamedRun run)
      throws InterruptedException {
    RunState state = look.get();
    while (!state.phase().isOver()) {
      if (Instant.now().isAfter(end)) {
        throw new TuneException(
            ExitCode.TIMEOUT,
            "stopped waiting for " + reference(run),
            "--timeout " + timeout,
            "the run is " + state.phase() + " still",
            "kubectl tune status " + name);
      }
      TimeUnit.MILLISECONDS.sleep(millis);
      state = look.get();
    }
    return state;
  }

  private static String reference(NamedRun run) {
    return switch (run) {
      case NamedRun.Here(RunFolder folder) -> Surroundings.KIND + folder.name();
      case NamedRun.There(Cluster _, ClusterRuns.Found found) -> found.reference();
    };
  }
}
