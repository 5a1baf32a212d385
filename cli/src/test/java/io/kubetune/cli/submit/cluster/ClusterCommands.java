package io.kubetune.cli.submit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.contract.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// Commands as someone types them against the test cluster, in a namespace of their own.
///
/// ```
/// ClusterCommands commands = new ClusterCommands(cluster, namespace, home);
/// commands.create("bot", "--detach");
/// ```
public record ClusterCommands(TestCluster cluster, TestNamespace namespace, Path home) {

  /// Nodes that there are not: a pod that has never run is gone at once when it is deleted.
  public static final List<String> NOWHERE = List.of("--node-selector=no=such", "--force");

  /// Where a pod only says that it runs, and when it is deleted stays for as long as it may.
  public static final List<String> FAKE_NODE =
      List.of("--node-selector=type=kwok", "--toleration=kwok.x-k8s.io/node");

  public Typed typed(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    if (all.stream().noneMatch(each -> each.startsWith("--kubeconfig"))) {
      all.add("--kubeconfig=" + cluster.kubeconfig());
    }
    if (all.stream().noneMatch(each -> each.startsWith("--namespace"))) {
      all.add("--namespace=" + namespace.name());
    }
    return Typed.command(environment(), all.toArray(String[]::new));
  }

  public Map<String, String> environment() {
    return Map.of("HOME", home.toString(), "PATH", System.getenv("PATH"));
  }

  /// A run that is made whatever speaks against it, and whose pod finds no node unless one is
  /// named.
  public Typed create(String name, String... more) {
    return create(name, NOWHERE, more);
  }

  /// A run that is made only where nothing speaks against it.
  public Typed createChecked(String name, String... more) {
    return create(name, FAKE_NODE, more);
  }

  private Typed create(String name, List<String> where, String... more) {
    List<String> words = new ArrayList<>(request(name));
    words.addAll(List.of(more));
    if (words.stream().noneMatch(each -> each.startsWith("--node-selector"))) {
      words.addAll(where);
    }
    return typed(words.toArray(String[]::new));
  }

  /// The words of a small request.
  public static List<String> request(String name) {
    return List.of(
        "create",
        name,
        "--model=smollm2-135m-instruct",
        "--data=https://data.example.com/rows.jsonl",
        "--output-image=registry.example.com/adapters/" + name + ":1",
        "--trainer-image=registry.example.com/kubetune-trainer:1",
        "--cli-image=registry.example.com/kubectl-tune:1",
        "--cpu=1");
  }

  public JsonNode status(String name) {
    Typed typed = typed("status", "job/" + name, "-o", "json");
    assertThat(typed.status()).as(typed.err()).isZero();
    return Json.MAPPER.readTree(typed.out());
  }

  /// The status, as soon as it is what is waited for.
  public JsonNode awaitStatus(String name, Duration longest, Predicate<JsonNode> wanted)
      throws InterruptedException {
    Instant end = Instant.now().plus(longest);
    JsonNode status = status(name);
    while (!wanted.test(status)) {
      assertThat(Instant.now()).as("waited in vain; last: " + status).isBefore(end);
      TimeUnit.MILLISECONDS.sleep(300);
      status = status(name);
    }
    return status;
  }

  /// What kubectl prints of this namespace.
  public String kubectl(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("-n", namespace.name()));
    all.addAll(List.of(words));
    return cluster.kubectl(all.toArray(String[]::new)).strip();
  }

  /// Names of all that a run may have made.
  public String objects() throws Exception {
    return kubectl(
        "get", "jobs,configmaps,pods", "-o", "name", "-l", "app.kubernetes.io/managed-by");
  }
}
