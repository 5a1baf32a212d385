package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.terminal.Output;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.cluster.ClusterView;
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
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
  private static final long POLL_MILLIS = 500;

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

  @Option(
      names = "--wait",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "come back when all of it is gone from the cluster; the default")
  private boolean wait;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  Delete(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    for (String each : names) {
      try (NamedRun run = where.find(each, surroundings)) {
        switch (run) {
          case NamedRun.Here(RunFolder folder) -> {
            confirm(run, RunState.of(folder));
            surroundings.local().stop(folder, Duration.ofSeconds(graceSeconds));
            surroundings.runs().remove(folder);
          }
          case NamedRun.There(Cluster cluster, ClusterRuns.Found found) -> {
            confirm(run, ClusterView.read(cluster, found).state());
            delete(cluster, found);
          }
        }
        deleted(run.reference());
      }
    }
    return ExitCode.OK.code();
  }

  private void delete(Cluster cluster, ClusterRuns.Found found) throws InterruptedException {
    ClusterRuns runs = new ClusterRuns(cluster);
    runs.delete(found);
    while (wait && runs.isThere(found)) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private void deleted(String reference) {
    surroundings
        .terminal()
        .out()
        .println(output == Output.NAME ? reference : reference + " deleted");
  }

  private void confirm(NamedRun run, RunState state) throws IOException {
    Terminal terminal = surroundings.terminal();
    if (yes || !terminal.inIsTerminal()) {
      return;
    }
    terminal.err().print("Delete " + run.reference() + " (" + state.phase() + ")? [y/N] ");
    terminal.err().flush();
    String answer =
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8)).readLine();
    if (answer == null) {
      terminal.err().println();
    }
    if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
      throw new TuneException(
          ExitCode.USAGE,
          "did not delete " + run.reference(),
          "answer",
          "not 'y'",
          "kubectl tune delete " + run.typed() + " --yes");
    }
  }
}
