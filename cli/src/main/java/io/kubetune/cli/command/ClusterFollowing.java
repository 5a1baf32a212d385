package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.BarNarrator;
import io.kubetune.cli.watch.Narrator;
import io.kubetune.cli.watch.cluster.ClusterFollow;
import io.kubetune.cli.watch.cluster.LogStart;

/// Follows a run in a cluster until it is over, or until Ctrl-C, which stops the following and
/// never the run.
///
/// ```
/// RunState end = new ClusterFollowing(cluster, found, terminal).withBars();
/// ```
record ClusterFollowing(Cluster cluster, ClusterRuns.Found run, Terminal terminal) {

  RunState withBars() throws InterruptedException {
    try (BarNarrator bars = new BarNarrator(terminal)) {
      return with(bars, LogStart.ALL, bars::close);
    }
  }

  RunState with(Narrator narrator, LogStart from) throws InterruptedException {
    return with(narrator, from, () -> {});
  }

  private RunState with(Narrator narrator, LogStart from, Runnable clearScreen)
      throws InterruptedException {
    ClusterFollow follow = new ClusterFollow(cluster, run, from);
    return Following.untilInterrupted(
        run.name() + " -n " + run.namespace(), terminal, clearScreen, () -> follow.until(narrator));
  }
}
