package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.kubetune.cli.registry.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// The real Kubernetes that tests talk to: the one `scripts/lib/test-cluster` keeps up, or what
/// `KUBETUNE_TEST_KUBECONFIG` names.
///
/// ```
/// TestCluster cluster = TestCluster.require(); // or requireKubelet(), where pods must run
/// try (TestNamespace namespace = cluster.namespace("logs")) {
///   cluster.kubectl("apply", "-n", namespace.name(), "-f", file);
/// }
/// ```
public final class TestCluster {
  private static final String KUBECONFIG = "KUBETUNE_TEST_KUBECONFIG";
  private static final Path TOLD =
      Path.of(System.getProperty("kubetune.root", ".."), "target", "test-cluster.env");

  private final Map<String, String> told;

  private TestCluster(Map<String, String> told) {
    this.told = told;
  }

  /// Skips the test with a loud line where no cluster is up; fails it in CI, where scripts/test has
  /// started one.
  public static TestCluster require() {
    Map<String, String> told = told();
    if (!told.containsKey(KUBECONFIG)) {
      refuse("NO CLUSTER: scripts/lib/test-cluster up");
    }
    return new TestCluster(told);
  }

  /// One whose pods really run: those of a fake node only say so.
  public static TestCluster requireKubelet() {
    TestCluster cluster = require();
    if (!Boolean.parseBoolean(cluster.told.get("KUBETUNE_TEST_KUBELET"))) {
      refuse("NO REAL NODE: scripts/lib/test-cluster up, as root");
    }
    return cluster;
  }

  private static void refuse(String message) {
    if (System.getenv("CI") != null) {
      throw new AssertionError(message);
    }
    System.err.println("SKIPPED, NOT TESTED: " + message);
    Assumptions.abort(message);
  }

  /// What the environment says, else what the cluster that is up wrote down.
  private static Map<String, String> told() {
    Map<String, String> told = new HashMap<>();
    if (!System.getenv().containsKey(KUBECONFIG) && Files.isReadable(TOLD)) {
      for (String line : read(TOLD)) {
        String[] pair = line.split("=", 2);
        told.put(pair[0], pair[1]);
      }
    }
    System.getenv()
        .forEach((name, value) -> {
          if (name.startsWith("KUBETUNE_TEST_")) {
            told.put(name, value);
          }
        });
    return told;
  }

  private static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// An administrator's.
  public Path kubeconfig() {
    return Path.of(told.get(KUBECONFIG));
  }

  /// Of a user who may only read namespace `default`, without its Secrets.
  public Path viewerKubeconfig() {
    return Path.of(needed("KUBETUNE_TEST_VIEWER_KUBECONFIG"));
  }

  /// `HOST:PORT` of the registry that all pulls of the real node go to, as this machine sees it;
  /// plain http.
  public String registry() {
    return needed("KUBETUNE_TEST_REGISTRY");
  }

  /// The same registry as pods see it.
  public String podRegistry() {
    return needed("KUBETUNE_TEST_POD_REGISTRY");
  }

  /// An image with sh, bash, sleep, cat and their like, in that registry; entry point `/bin/sh`.
  public String shellImage() {
    return needed("KUBETUNE_TEST_SHELL_IMAGE");
  }

  private String needed(String name) {
    if (!told.containsKey(name)) {
      refuse("the test cluster has no " + name);
    }
    return told.get(name);
  }

  public KubernetesClient client() {
    return client(kubeconfig());
  }

  public KubernetesClient client(Path kubeconfig) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }

  /// What `kubectl ARGUMENT...` prints, as the administrator; a status that is not 0 fails the
  /// test.
  public String kubectl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(kubectlProgram().toString());
    command.add("--kubeconfig=" + kubeconfig());
    command.addAll(List.of(arguments));
    return Tool.run(command);
  }

  public Path kubectlProgram() {
    return Optional.ofNullable(told.get("KUBETUNE_TEST_KUBECTL"))
        .map(Path::of)
        .orElseGet(() -> Tool.require("kubectl", "kubernetes-client"));
  }

  /// A new one of that name and a few random letters; gone after its close.
  public TestNamespace namespace(String prefix) {
    return TestNamespace.create(client(), prefix, Map.of());
  }

  /// The same, enforcing the Pod Security standard `restricted`.
  public TestNamespace restrictedNamespace(String prefix) {
    return TestNamespace.create(
        client(), prefix, Map.of("pod-security.kubernetes.io/enforce", "restricted"));
  }
}
