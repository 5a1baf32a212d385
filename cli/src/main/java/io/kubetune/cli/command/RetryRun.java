package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.submit.cluster.Retry;
import io.kubetune.cli.submit.cluster.RunTarget;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.cluster.ClusterView;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `kubectl tune retry NAME`: a run that failed, once more as it was.
@Command(
    name = "retry",
    header = "Start a run that failed once more.",
    description = {
      "",
      "The same request under the same name. With a checkpoint claim it goes on from its last"
          + " checkpoint, else it starts from the beginning."
    },
    footer = {"  kubectl tune retry first", "  kubectl tune retry job/first -n ml"})
final class RetryRun implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "the run")
  private String name;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  RetryRun(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Terminal terminal = surroundings.terminal();
    try (NamedRun run = where.find(name, surroundings)) {
      switch (run) {
        case NamedRun.Here(RunFolder folder) -> {
          requireFailed(RunState.of(folder), run);
          surroundings.local().resume(folder);
        }
        case NamedRun.There(Cluster cluster, ClusterRuns.Found found) -> {
          requireFailed(ClusterView.read(cluster, found).state(), run);
          new Retry(cluster, terminal::say).of(found);
        }
      }
      started(run.reference(), run.typed());
    } catch (TuneException e) {
      if (e.exitCode() != ExitCode.NOT_FOUND || !finishes()) {
        throw e;
      }
    }
    return ExitCode.OK.code();
  }

  private void started(String reference, String typed) {
    Terminal terminal = surroundings.terminal();
    terminal.out().println(reference + " started again");
    terminal.say("Follow it with:\n  kubectl tune logs -f " + typed);
  }

  /// A retry before this one may have been killed when it had deleted the run.
  private boolean finishes() {
    RunTarget target = RunTarget.parse(name);
    if (target.where() == RunTarget.Where.THIS_MACHINE) {
      return false;
    }
    try (Cluster cluster = surroundings.cluster(where.flags())) {
      Optional<ClusterRuns.Found> made =
          new Retry(cluster, surroundings.terminal()::say)
              .finish(cluster.namespace(), target.name().value())
              .map(ClusterRuns.Found::of);
      made.ifPresent(run -> started(run.reference(), run.typed()));
      return made.isPresent();
    }
  }

  private static void requireFailed(RunState state, NamedRun run) {
    if (state.phase() != RunState.Phase.FAILED) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't retry " + run.reference(),
          run.reference(),
          "it did not fail: " + state.phase(),
          state.phase() == RunState.Phase.STOPPED
              ? "kubectl tune resume " + run.typed()
              : "kubectl tune status " + run.typed());
    }
  }
}
