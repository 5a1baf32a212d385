package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.cli.terminal.Output;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.RunView;
import io.kubetune.cli.watch.cluster.ClusterList;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `kubectl tune list`: all runs, of this machine and of the cluster.
@Command(
    name = "list",
    header = "List runs, of this machine and of the cluster.",
    footer = {
      "  kubectl tune list",
      "  kubectl tune list -A -o wide",
      "  kubectl tune list -n ml -l team=search -w",
      "  kubectl tune list -o name",
    })
final class ListRuns implements Callable<Integer> {
  private static final long BETWEEN_LOOKS_MILLIS = 2_000;

  @Option(
      names = {"-A", "--all-namespaces"},
      description = "runs of all namespaces")
  private boolean allNamespaces;

  @Option(
      names = {"-l", "--selector"},
      paramLabel = "SELECTOR",
      description =
          "labels that runs of the cluster have, as kubectl's -l; leaves out this machine's")
  private String selector;

  @Option(
      names = {"-w", "--watch"},
      description = "go on, and print each run that changes")
  private boolean watch;

  @Mixin private OutputOption output;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  ListRuns(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (watch && output.format() != Output.TABLE && output.format() != Output.WIDE) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't watch the runs",
          "-o " + output.format(),
          "given with --watch",
          "-o wide");
    }
    Terminal terminal = surroundings.terminal();
    ClusterFlags flags = where.flags();
    // What speaks of a cluster leaves this machine out, as kubectl would.
    boolean here = !flags.areTyped() && !allNamespaces && selector == null;
    List<RunRow> rows = new ArrayList<>();
    if (here) {
      surroundings.runs().list().stream().map(RunView::of).map(RunRow::of).forEach(rows::add);
    }
    Optional<Cluster> cluster = connect(flags, here);
    try {
      TuneException failure = null;
      if (cluster.isPresent()) {
        try {
          read(cluster.get()).forEach(rows::add);
        } catch (TuneException e) {
          if (rows.isEmpty()) {
            throw e;
          }
          failure = e;
        }
      }
      print(rows);
      terminal.out().flush();
      if (failure != null) {
        throw failure;
      }
      if (watch && cluster.isPresent()) {
        watch(cluster.get(), rows);
      }
    } finally {
      cluster.ifPresent(Cluster::close);
    }
    return ExitCode.OK.code();
  }

  /// Without a kubeconfig there are this machine's runs alone.
  private Optional<Cluster> connect(ClusterFlags flags, boolean here) {
    try {
      return Optional.of(surroundings.cluster(flags));
    } catch (TuneException e) {
      if (!here) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private Stream<RunRow> read(Cluster cluster) {
    return new ClusterList(cluster, allNamespaces, Optional.ofNullable(selector))
        .read().stream().map(RunRow::of);
  }

  private void print(List<RunRow> rows) {
    Terminal terminal = surroundings.terminal();
    switch (output.format()) {
      case NAME -> rows.forEach(row -> terminal.out().println(row.reference()));
      case JSON, YAML -> output.print(RunRow.json(rows), terminal);
      case TABLE, WIDE -> {
        if (rows.isEmpty()) {
          terminal.err().println("No runs found.");
        } else {
          RunRow.table(rows, allNamespaces, output.format() == Output.WIDE).print(terminal);
        }
      }
    }
  }

  /// Prints rows that are new or other than before, until it is interrupted.
  private void watch(Cluster cluster, List<RunRow> first) throws InterruptedException {
    List<RunRow> before = first;
    Terminal terminal = surroundings.terminal();
    while (!terminal.out().checkError()) {
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
      List<RunRow> now;
      try {
        now = read(cluster).toList();
      } catch (TuneException e) {
        // It is asked again: a server that restarts ends no watch.
        continue;
      }
      List<String> known = before.stream().map(RunRow::changing).toList();
      List<RunRow> changed = now.stream().filter(row -> !known.contains(row.changing())).toList();
      if (!changed.isEmpty()) {
        RunRow.table(changed, allNamespaces, output.format() == Output.WIDE).print(terminal, false);
        terminal.out().flush();
      }
      before = now;
    }
  }
}
