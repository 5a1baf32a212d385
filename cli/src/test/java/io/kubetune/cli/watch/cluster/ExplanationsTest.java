package io.kubetune.cli.watch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.cli.submit.cluster.ClusterCommands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Why a run waits, each cause produced for real, told within seconds of the fact.
class ExplanationsTest {
  private static final String REAL = "--node-selector=kubernetes.io/hostname=real-0";
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path folder;

  private TestNamespace namespace;
  private ClusterCommands commands;

  @BeforeEach
  void cluster() {
    TestCluster cluster = TestCluster.require();
    namespace = cluster.namespace("explain");
    commands = new ClusterCommands(cluster, namespace, folder);
  }

  @AfterEach
  void close() {
    if (namespace != null) {
      namespace.close();
    }
  }

  /// What is told of a run that was created although it can't run.
  private JsonNode explained(String cause, String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of("--force", "--detach"));
    all.addAll(List.of(flags));
    Typed created = commands.createChecked("bot", all.toArray(String[]::new));
    assertThat(created.status()).as(created.err()).isZero();
    return commands.awaitStatus("bot", SOON, status -> causes(status).contains(cause));
  }

  private static List<String> causes(JsonNode status) {
    List<String> causes = new ArrayList<>();
    status.path("explanations").forEach(each -> causes.add(each.path("cause").asString()));
    return causes;
  }

  private static String words(JsonNode status) {
    return status.path("explanations").toString();
  }

  @Test
  void noNodeHasTheGpusThatAreAskedFor() throws Exception {
    assertThat(words(explained("NO_GPU", "--gpus=1", "--gpu-resource=example.com/none")))
        .contains("no free example.com/none");
  }

  @Test
  void noNodeHasTheMemoryOrTheCpu() throws Exception {
    JsonNode status = explained("NOT_ENOUGH_MEMORY", "--memory=900Gi", "--cpu=500");
    assertThat(causes(status)).contains("NOT_ENOUGH_CPU");
    assertThat(words(status)).contains("--memory", "--cpu");
  }

  @Test
  void theNodesAreTainted() throws Exception {
    assertThat(words(explained("TAINTED", "--node-selector=kubernetes.io/hostname=fake-0")))
        .contains("nvidia.com/gpu=present:NoSchedule", "--toleration");
  }

  @Test
  void noNodeMatchesTheSelector() throws Exception {
    assertThat(words(explained("NODE_SELECTOR", "--node-selector=no=such")))
        .contains("node selector");
  }

  @Test
  void theQuotaLeavesNoPod() throws Exception {
    commands.kubectl("create", "quota", "none", "--hard=pods=0");
    assertThat(words(explained("QUOTA")))
        .contains("exceeded quota: none", "kubectl describe quota");
  }

  @Test
  void theServiceAccountIsMissing() throws Exception {
    assertThat(words(explained("SERVICE_ACCOUNT", "--service-account=nobody"))).contains("nobody");
  }

  @Test
  void theClaimIsMissing() throws Exception {
    assertThat(words(explained("VOLUME", "--checkpoint-claim=none"))).contains("'none'");
  }

  @Test
  void theClaimIsNotBound() throws Exception {
    Path claim =
        Files.writeString(
            folder.resolve("claim.yaml"),
            """
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: waits}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            """);
    commands.kubectl("apply", "-f", claim.toString());
    assertThat(words(explained("VOLUME", "--checkpoint-claim=waits"))).contains("not bound");
  }

  @Test
  void theImageIsMissingAndTheRegistrysAnswerIsTold() throws Exception {
    String image = TestCluster.requireKubelet().registry() + "/none:1";
    JsonNode status = explained("IMAGE", REAL, "--cli-image=" + image);
    assertThat(words(status)).contains("data-downloader can't be pulled", image, "not found");
  }

  @Test
  void theSecretIsMissing() throws Exception {
    TestCluster.requireKubelet();
    JsonNode status = explained("VOLUME", REAL, "--output-image-secret=push");
    assertThat(words(status)).contains("push");
  }

  @Test
  void kueueIsNotThere() throws Exception {
    JsonNode status = explained("QUEUE", "--queue=team");
    assertThat(words(status)).contains("team", "LocalQueue");
  }

  @Test
  void theDeadlineIsOver() throws Exception {
    JsonNode status = explained("DEADLINE", REAL, "--active-deadline=1");
    assertThat(status.path("phase").asString()).isEqualTo("Failed");
    assertThat(status.path("message").asString()).contains("deadline of 1 s");
  }
}
