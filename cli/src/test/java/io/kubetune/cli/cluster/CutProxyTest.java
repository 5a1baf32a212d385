package io.kubetune.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The API server goes away and comes back, as one client sees it.
class CutProxyTest {
  @TempDir private Path folder;

  @Test
  void aServerThatIsGoneIsToldAtOnceAndUsedAgainWhenItIsBack() throws Exception {
    TestCluster tested = TestCluster.require();
    try (CutProxy proxy = CutProxy.open(tested);
        Cluster cluster = connect(proxy)) {
      assertThat(version(cluster.client())).isNotEmpty();

      proxy.cut();
      Instant began = Instant.now();
      // It may meet the connection that was there, or make a new one.
      assertThatThrownBy(() -> cluster.ask("can't list", () -> version(cluster.client())))
          .isInstanceOfSatisfying(
              TuneException.class,
              e ->
                  assertThat(e.problems().getFirst().toString())
                      .contains(proxy.url(), "context kubetest")
                      .containsPattern("can't be reached|the connection broke off"));
      assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(3));

      proxy.restore();
      assertThat(version(cluster.client())).isNotEmpty();
    }
  }

  @Test
  void nothingComesThroughAFrozenProxyUntilItThaws() throws Exception {
    TestCluster tested = TestCluster.require();
    try (CutProxy proxy = CutProxy.open(tested);
        Cluster cluster = connect(proxy)) {
      assertThat(version(cluster.client())).isNotEmpty();
      proxy.freeze();
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> version(cluster.client()));
      assertThatThrownBy(() -> answer.get(1, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      proxy.thaw();
      assertThat(answer.get(5, TimeUnit.SECONDS)).isNotEmpty();
    }
  }

  @Test
  void aConnectionThatIsForgottenOnTheWayIsGivenUpAndNotUsedAgain() throws Exception {
    TestCluster tested = TestCluster.require();
    try (CutProxy proxy = CutProxy.open(tested);
        Cluster cluster =
            Cluster.connect(
                TypedFlags.of("--kubeconfig=" + proxy.kubeconfig(folder), "--request-timeout=2S"),
                Map.of())) {
      assertThat(version(cluster.client())).isNotEmpty();
      proxy.forget();
      assertThatThrownBy(() -> cluster.ask("can't list", () -> version(cluster.client())))
          .isInstanceOfSatisfying(
              TuneException.class,
              e -> assertThat(e.problems().toString()).contains("no answer in time"));
      Instant began = Instant.now();
      assertThat(version(cluster.client())).isNotEmpty();
      assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(2));
    }
  }

  private static String version(KubernetesClient client) {
    return client.getKubernetesVersion().getGitVersion();
  }

  private Cluster connect(CutProxy proxy) throws Exception {
    return Cluster.connect(
        ClusterFlags.NONE, Map.of("KUBECONFIG", proxy.kubeconfig(folder).toString()));
  }
}
