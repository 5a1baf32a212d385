package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.cli.request.UserConfig;
import io.kubetune.cli.submit.Local;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunName;
import io.kubetune.cli.submit.RunStore;
import io.kubetune.cli.terminal.Terminal;
import java.util.Map;
import java.util.Optional;

/// What every command is given instead of reaching for it: the streams and the environment.
///
/// ```
/// surroundings.run("first").record();
/// ```
record Surroundings(Terminal terminal, Map<String, String> environment) {
  /// What stands before a run's name where kinds are told apart.
  static final String KIND = "run/";

  Surroundings {
    environment = Map.copyOf(environment);
  }

  /// The cluster that the flags, the kubeconfig or the pod name; to be closed.
  Cluster cluster(ClusterFlags flags) {
    boolean named = flags.namespace().isPresent();
    Optional<String> mine = named ? Optional.empty() : UserConfig.of(environment).namespace();
    return Cluster.connect(
        mine.isPresent() ? flags.withNamespace(mine) : flags, environment, terminal);
  }

  RunStore runs() {
    return RunStore.of(environment);
  }

  Local local() {
    return new Local(runs(), environment);
  }

  /// @param name of a run, plain or as `-o name` prints it: `first`, `run/first`
  RunFolder run(String name) {
    return runs().open(RunName.of(name.startsWith(KIND) ? name.substring(KIND.length()) : name));
  }
}
