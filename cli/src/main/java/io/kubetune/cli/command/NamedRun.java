package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.cluster.ClusterRuns;

/// The run that a command was given the name of: on this machine, or in a cluster.
///
/// ```
/// try (NamedRun run = where.find("bot", surroundings)) {
///   switch (run) { case NamedRun.Here(var folder) -> …; case NamedRun.There(var cluster, var found) -> …; }
/// }
/// ```
sealed interface NamedRun extends AutoCloseable {
  @Override
  void close();

  /// As `-o name` prints it.
  String reference();

  /// As people type it after a command.
  String typed();

  record Here(RunFolder folder) implements NamedRun {
    @Override
    public String reference() {
      return Surroundings.KIND + folder.name();
    }

    @Override
    public String typed() {
      return folder.name().value();
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  record There(Cluster cluster, ClusterRuns.Found found) implements NamedRun {
    @Override
    public String reference() {
      return found.reference();
    }

    @Override
    public String typed() {
      return found.typed();
    }

    @Override
    public void close() {
      cluster.close();
    }
  }
}
