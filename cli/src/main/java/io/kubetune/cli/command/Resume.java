package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.cluster.ClusterView;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `kubectl tune resume NAME`: a run that was stopped, killed or failed goes on from its last
/// checkpoint.
@Command(
    name = "resume",
    header = "Go on with a run that was stopped, killed or failed.",
    footer = {"  kubectl tune resume first && kubectl tune logs -f first"})
final class Resume implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "the run")
  private String name;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  Resume(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Terminal terminal = surroundings.terminal();
    try (NamedRun run = where.find(name, surroundings)) {
      switch (run) {
        case NamedRun.Here(RunFolder folder) -> surroundings.local().resume(folder);
        case NamedRun.There(Cluster cluster, ClusterRuns.Found found) -> resume(cluster, found);
      }
      terminal.out().println(run.reference() + " resumed");
      terminal.say("Follow it with:\n  kubectl tune logs -f " + run.typed());
    }
    return ExitCode.OK.code();
  }

  private static void resume(Cluster cluster, ClusterRuns.Found found) {
    RunState state = ClusterView.read(cluster, found).state();
    if (state.phase() != RunState.Phase.STOPPED) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't resume " + found.reference(),
          found.reference(),
          "it was not cancelled: " + state.phase(),
          state.phase() == RunState.Phase.FAILED
              ? "kubectl tune retry " + found.typed()
              : "kubectl tune status " + found.typed());
    }
    new ClusterRuns(cluster).resume(found);
  }
}
