package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.submit.cluster.Retry;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.cluster.ClusterView;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
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
      String reference =
          switch (run) {
            case NamedRun.Here(RunFolder folder) -> {
              requireFailed(RunState.of(folder), "run/" + folder.name());
              surroundings.local().resume(folder);
              yield "run/" + folder.name();
            }
            case NamedRun.There(Cluster cluster, ClusterRuns.Found found) -> {
              requireFailed(ClusterView.read(cluster, found).state(), found.reference());
              new Retry(cluster, terminal.err()::println).of(found);
              yield found.reference();
            }
          };
      terminal.out().println(reference + " started again");
      terminal.err().println("Follow it with: kubectl tune logs -f " + name);
    }
    return ExitCode.OK.code();
  }

  private static void requireFailed(RunState state, String reference) {
    if (state.phase() != RunState.Phase.FAILED) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          "can't retry " + reference,
          reference,
          "it did not fail: " + state.phase(),
          state.phase() == RunState.Phase.STOPPED
              ? "kubectl tune resume " + reference
              : "kubectl tune status " + reference);
    }
  }
}
