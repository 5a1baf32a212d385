package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.watch.cluster.ClusterView;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      description =
          "time for the checkpoint, before a trainer of this machine is killed (${DEFAULT-VALUE}); a"
              + " pod has its own",
      defaultValue = "60")
  private long graceSeconds;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  Cancel(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (NamedRun run = where.find(name, surroundings)) {
      return switch (run) {
        case NamedRun.Here(RunFolder folder) -> here(run, folder);
        case NamedRun.There(Cluster cluster, ClusterRuns.Found found) -> there(run, cluster, found);
      };
    }
  }

  private int there(NamedRun run, Cluster cluster, ClusterRuns.Found found) {
    ClusterView view = ClusterView.read(cluster, found);
    refuseIfOver(view.state(), run);
    new ClusterRuns(cluster).cancel(found);
    surroundings.terminal().out().println(found.reference() + " cancelled");
    if (!view.keepsCheckpoints()) {
      surroundings
          .terminal()
          .say(
              "warning: it has no --checkpoint-claim: its checkpoint goes with the pod, and"
                  + " to resume it is to start from the beginning");
    }
    return ExitCode.OK.code();
  }

  private static void refuseIfOver(RunState state, NamedRun run) {
    if (state.phase().isOver()) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't cancel " + run.reference(),
          run.reference(),
          "it is over: " + state.phase(),
          "kubectl tune status " + run.typed());
    }
  }

  private int here(NamedRun named, RunFolder run) throws InterruptedException {
    refuseIfOver(RunState.of(run), named);
    surroundings.local().stop(run, Duration.ofSeconds(graceSeconds));
    RunState after = RunState.of(run);
    surroundings.terminal().out().println(named.reference() + ": " + after.phase());
    return switch (after.phase()) {
      case STOPPED, SUCCEEDED -> ExitCode.OK.code();
      case FAILED, PENDING, RUNNING, PUBLISHING -> after.code().code();
    };
  }
}
