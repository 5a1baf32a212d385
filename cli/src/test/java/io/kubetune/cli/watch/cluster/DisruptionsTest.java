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
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What a cluster does to a run that did nothing wrong: it is told as what it is, and the Job is
/// not failed for it. On a node of the test's own, which nobody else loses.
class DisruptionsTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  /// What the API server and its webhook of Kueue's would keep, and no more.
  private static final String WORKLOADS =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: workloads.kueue.x-k8s.io
        annotations: {api-approved.kubernetes.io: "unapproved, for a test"}
      spec:
        group: kueue.x-k8s.io
        scope: Namespaced
        names: {kind: Workload, plural: workloads, singular: workload}
        versions:
          - name: v1beta1
            served: true
            storage: true
            subresources: {status: {}}
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
      """;

  @TempDir private Path folder;

  private final String node = "fake-" + UUID.randomUUID().toString().substring(0, 8);
  private TestNamespace namespace;
  private ClusterCommands commands;

  @BeforeEach
  void cluster() throws Exception {
    TestCluster cluster = TestCluster.require();
    namespace = cluster.namespace("disrupted");
    commands = new ClusterCommands(cluster, namespace, folder);
    apply(
        """
        apiVersion: v1
        kind: Node
        metadata:
          name: %1$s
          annotations: {kwok.x-k8s.io/node: fake}
          labels: {type: kwok, kubernetes.io/hostname: %1$s}
        spec: {taints: [{key: kubetune.test/%1$s, effect: NoSchedule}]}
        status:
          allocatable: {cpu: 8, memory: 64Gi, pods: 110, ephemeral-storage: 500Gi}
          capacity: {cpu: 8, memory: 64Gi, pods: 110, ephemeral-storage: 500Gi}
        """
            .formatted(node));
  }

  @AfterEach
  void close() throws Exception {
    if (namespace != null) {
      commands.kubectl("delete", "pods", "--all", "--force", "--grace-period=0", "--wait=false");
      commands.kubectl("delete", "node", node, "--ignore-not-found", "--wait=false");
      // Other tests are in a cluster without Kueue.
      commands.kubectl("delete", "crd", "workloads.kueue.x-k8s.io", "--ignore-not-found");
      namespace.close();
    }
  }

  private void apply(String yaml) throws Exception {
    Path file = Files.writeString(folder.resolve(UUID.randomUUID() + ".yaml"), yaml);
    commands.kubectl("apply", "-f", file.toString());
  }

  /// The name of a run's pod that says that it runs, on the node.
  private String running() throws Exception {
    create(
        "--force",
        "--node-selector=kubernetes.io/hostname=" + node,
        "--toleration=kubetune.test/" + node);
    commands.awaitStatus(
        "bot",
        Duration.ofSeconds(30),
        status -> status.path("pods").path(0).path("node").asString("").equals(node));
    return pod();
  }

  private void create(String... flags) {
    List<String> words = new ArrayList<>(List.of("--detach", "--backoff-limit=0"));
    words.addAll(List.of(flags));
    Typed created = commands.create("bot", words.toArray(String[]::new));
    assertThat(created.status()).as(created.err()).isZero();
  }

  private String pod() throws Exception {
    return commands.kubectl(
        "get",
        "pods",
        "-l",
        "tune.kubetune.io/run=bot",
        "-o",
        "jsonpath={.items[0].metadata.name}");
  }

  private static boolean tells(JsonNode status, String cause) {
    return status.path("explanations").toString().contains('"' + cause + '"');
  }

  private String failedCondition() throws Exception {
    return commands.kubectl(
        "get", "job", "bot", "-o", "jsonpath={.status.conditions[?(@.type=='Failed')].reason}");
  }

  @Test
  void aPodThatIsEvictedThroughTheApiIsToldAsMovedAndTheRunIsNotFailed() throws Exception {
    String pod = running();
    Path eviction =
        Files.writeString(
            folder.resolve("eviction.json"),
            """
            {"apiVersion": "policy/v1", "kind": "Eviction",
             "metadata": {"name": "%s", "namespace": "%s"}}
            """
                .formatted(pod, namespace.name()));
    commands.kubectl(
        "create",
        "--raw",
        "/api/v1/namespaces/%s/pods/%s/eviction".formatted(namespace.name(), pod),
        "-f",
        eviction.toString());

    JsonNode status = commands.awaitStatus("bot", SOON, each -> tells(each, "EVICTED"));
    assertThat(status.path("explanations").toString())
        .contains("the pod was moved", "a new pod starts by itself", "--checkpoint-claim");
    assertThat(failedCondition()).isEmpty();
  }

  @Test
  void aNodeThatLosesItsPodsIsToldAndTheRunIsNotFailed() throws Exception {
    running();
    commands.kubectl("taint", "node", node, "node.kubernetes.io/out-of-service=gone:NoExecute");

    JsonNode status = commands.awaitStatus("bot", SOON, each -> tells(each, "NODE_GONE"));
    assertThat(status.path("explanations").toString()).contains("the pod's node is gone");
    assertThat(failedCondition()).isEmpty();
  }

  @Test
  void aPodThatTheKubeletEvictedSaysWhatTheNodeRanOutOf() throws Exception {
    create();
    commands.awaitStatus("bot", SOON, status -> status.path("pods").size() == 1);
    String pod = pod();
    String why = "The node was low on resource: ephemeral-storage.";
    commands.kubectl(
        "patch",
        "pod",
        pod,
        "--subresource=status",
        "--type=merge",
        "-p",
        """
        {"status": {"phase": "Failed", "reason": "Evicted", "message": "%s"}}\
        """
            .formatted(why));

    JsonNode status = commands.awaitStatus("bot", SOON, each -> tells(each, "EVICTED"));
    assertThat(status.path("explanations").toString()).contains("the pod was evicted", why);
  }

  @Test
  void whatKueueSaysOfItsQuotaIsTold() throws Exception {
    apply(WORKLOADS);
    commands.kubectl(
        "wait", "crd/workloads.kueue.x-k8s.io", "--for=condition=Established", "--timeout=20s");
    create("--queue=team");
    String uid = commands.kubectl("get", "job", "bot", "-o", "jsonpath={.metadata.uid}");
    apply(
        """
        apiVersion: kueue.x-k8s.io/v1beta1
        kind: Workload
        metadata:
          name: job-bot-1
          namespace: %s
          ownerReferences:
            - {apiVersion: batch/v1, kind: Job, name: bot, uid: %s, controller: true}
        spec: {queueName: team}
        """
            .formatted(namespace.name(), uid));
    String why =
        "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu";
    commands.kubectl(
        "patch",
        "workload",
        "job-bot-1",
        "--subresource=status",
        "--type=merge",
        "-p",
        """
        {"status": {"conditions": [{"type": "QuotaReserved", "status": "False", "reason": "Pending",
          "message": "%s", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}\
        """
            .formatted(why));

    JsonNode status = commands.awaitStatus("bot", SOON, each -> each.toString().contains(why));
    assertThat(tells(status, "QUEUE")).isTrue();
    assertThat(status.path("explanations").toString())
        .contains("waits in Kueue's queue 'team'", "kubectl describe workload job-bot-1");
  }
}
