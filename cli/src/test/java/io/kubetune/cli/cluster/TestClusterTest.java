package io.kubetune.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The test cluster does what tests rely on, and its API server takes the manifests that we make.
class TestClusterTest {
  @Test
  void aPodRunsOnTheRealNodeAndItsLogIsRead() {
    TestCluster cluster = TestCluster.requireKubelet();
    try (TestNamespace namespace = cluster.namespace("pod")) {
      KubernetesClient client = namespace.client();
      Pod pod =
          new PodBuilder()
              .withNewMetadata()
              .withName("hello")
              .endMetadata()
              .withNewSpec()
              .withRestartPolicy("Never")
              .addNewContainer()
              .withName("hello")
              .withImage(cluster.shellImage())
              .withArgs("-c", "echo this pod is real: $((6 * 7)); cat /etc/resolv.conf >&2")
              .endContainer()
              .endSpec()
              .build();
      client.pods().inNamespace(namespace.name()).resource(pod).create();
      Pod ended =
          client
              .pods()
              .inNamespace(namespace.name())
              .withName("hello")
              .waitUntilCondition(
                  each -> List.of("Succeeded", "Failed").contains(each.getStatus().getPhase()),
                  60,
                  TimeUnit.SECONDS);
      assertThat(ended.getStatus().getPhase()).isEqualTo("Succeeded");
      assertThat(client.pods().inNamespace(namespace.name()).withName("hello").getLog())
          .contains("this pod is real: 42");
    }
  }

  @ParameterizedTest
  @MethodSource("goldenManifests")
  void theApiServerTakesEveryGoldenManifest(Path golden, @TempDir Path folder) throws Exception {
    TestCluster cluster = TestCluster.require();
    try (TestNamespace namespace = cluster.restrictedNamespace("golden")) {
      String here = Files.readString(golden).replaceAll("(?m)^  namespace: .*\n", "");
      Path manifests = Files.writeString(folder.resolve("manifests.yaml"), here);
      String applied =
          cluster.kubectl(
              "apply",
              "--server-side",
              "--dry-run=server",
              "--validate=strict",
              "--namespace=" + namespace.name(),
              "--filename=" + manifests);
      assertThat(applied.lines())
          .hasSize((int) here.lines().filter("---"::equals).count() + 1)
          .allMatch(line -> line.endsWith(" serverside-applied (server dry run)"));
    }
  }

  static Stream<Path> goldenManifests() throws IOException {
    return Files.list(Path.of(System.getProperty("kubetune.root"), "cli/src/test/resources/golden"))
        .filter(file -> file.toString().endsWith(".yaml"))
        .sorted();
  }

  @Test
  void theViewerReadsPodsOfNamespaceDefaultButNoSecrets() {
    TestCluster cluster = TestCluster.require();
    try (KubernetesClient viewer = cluster.client(cluster.viewerKubeconfig())) {
      assertThat(viewer.pods().inNamespace("default").list()).isNotNull();
      assertThatThrownBy(() -> viewer.secrets().inNamespace("default").list())
          .hasMessageContaining("secrets is forbidden");
    }
  }
}
