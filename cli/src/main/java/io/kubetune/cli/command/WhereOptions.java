package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.submit.cluster.RunTarget;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import picocli.CommandLine.Mixin;

/// Where to look for runs: namespace and connection, the same for all commands that take a run's
/// name.
///
/// ```
/// @Mixin private WhereOptions where;
/// try (NamedRun run = where.find(name, surroundings)) { … }
/// ```
final class WhereOptions {
  @Mixin private NamespaceOption namespace;

  @Mixin private ClusterOptions connection;

  ClusterFlags flags() {
    return connection.flags(namespace.given());
  }

  /// A plain name is a run of this machine where there is one and no flag speaks of a cluster.
  ///
  /// @throws TuneException NOT_FOUND, or CLUSTER where the cluster can't be asked
  NamedRun find(String text, Surroundings surroundings) {
    RunTarget target = RunTarget.parse(text);
    RunFolder here = surroundings.runs().folder(target.name());
    boolean isHere = Files.exists(here.recordFile());
    ClusterFlags flags = flags();
    return switch (target.where()) {
      case THIS_MACHINE -> new NamedRun.Here(surroundings.runs().open(target.name()));
      case ANYWHERE ->
          isHere && !flags.areTyped()
              ? new NamedRun.Here(here)
              : there(target, flags, surroundings);
      case JOB, WORKSPACE -> there(target, flags, surroundings);
    };
  }

  private static NamedRun there(RunTarget target, ClusterFlags flags, Surroundings surroundings) {
    Cluster cluster = connect(target, flags, surroundings);
    try {
      return new NamedRun.There(cluster, new ClusterRuns(cluster).require(target));
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static Cluster connect(RunTarget target, ClusterFlags flags, Surroundings surroundings) {
    try {
      return surroundings.cluster(flags);
    } catch (TuneException e) {
      if (flags.areTyped() || target.where() != RunTarget.Where.ANYWHERE) {
        throw e;
      }
      throw new TuneException(
          ExitCode.NOT_FOUND,
          "can't find the run '" + target.name() + "'",
          surroundings.runs().root().toString(),
          "no run of that name on this machine, and "
              + e.getMessage()
              + " ("
              + e.problems().getFirst().found()
              + ")",
          "see the runs there are:\n  kubectl tune list",
          e);
    }
  }
}
