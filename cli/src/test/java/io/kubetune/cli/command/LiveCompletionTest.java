package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.CutProxy;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.cli.submit.cluster.ClusterCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Names that a real API server has, completed.
class LiveCompletionTest {
  @TempDir private Path home;

  private List<String> complete(ClusterCommands commands, String... words) {
    Typed typed = Typed.command(commands.environment(), words);
    assertThat(typed.err()).isEmpty();
    return typed.out().lines().toList();
  }

  @Test
  void runsImagesNamespacesAndContextsOfTheClusterThatIsSpokenOf() throws Exception {
    TestCluster cluster = TestCluster.require();
    try (TestNamespace namespace = cluster.namespace("complete")) {
      ClusterCommands commands = new ClusterCommands(cluster, namespace, home);
      assertThat(commands.create("bot", "--detach").status()).isZero();
      String kubeconfig = "--kubeconfig=" + cluster.kubeconfig();

      assertThat(complete(commands, "__complete", "logs", kubeconfig, "-n", namespace.name(), "b"))
          .containsExactly("bot", ":4");
      assertThat(
              complete(
                  commands,
                  "__complete",
                  "create",
                  kubeconfig,
                  "-n",
                  namespace.name(),
                  "--output-image",
                  "registry.example"))
          .containsExactly("registry.example.com/adapters/bot:1", ":4");
      assertThat(complete(commands, "__complete", "status", kubeconfig, "-n", "complete-"))
          .contains(namespace.name());
      assertThat(complete(commands, "__complete", "status", kubeconfig, "--context", ""))
          .hasSizeGreaterThan(1);
    }
  }

  @Test
  void anApiServerThatDoesNotAnswerIsGivenUpBeforeAPersonWould() throws Exception {
    TestCluster cluster = TestCluster.require();
    try (TestNamespace namespace = cluster.namespace("complete");
        CutProxy proxy = CutProxy.open(cluster)) {
      ClusterCommands commands = new ClusterCommands(cluster, namespace, home);
      String kubeconfig = "--kubeconfig=" + proxy.kubeconfig(home);
      proxy.freeze();
      Instant asked = Instant.now();

      assertThat(complete(commands, "__complete", "logs", kubeconfig, "b")).containsExactly(":4");
      assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(2));
    }
  }
}
