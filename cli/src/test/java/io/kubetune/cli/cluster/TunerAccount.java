package io.kubetune.cli.cluster;

import java.nio.file.Files;
import java.nio.file.Path;

/// A user who has the documented Role in one namespace, and nothing else anywhere.
///
/// ```
/// Path kubeconfig = TunerAccount.kubeconfig(cluster, namespace, folder);
/// ```
public final class TunerAccount {
  private static final Path RBAC = Path.of(System.getProperty("kubetune.root"), "templates/rbac");

  private TunerAccount() {}

  /// Applies the documented Role as an administrator would, for a service account `tuner`, and
  /// gives its kubeconfig: a token, and the namespace in its context.
  public static Path kubeconfig(TestCluster cluster, TestNamespace namespace, Path folder)
      throws Exception {
    String manifests =
        Files.readString(RBAC.resolve("kubectl-tune-user.yaml"))
            .replaceFirst(
                "(?s)- kind: Group\\n.*",
                "- {kind: ServiceAccount, name: tuner, namespace: " + namespace.name() + "}\n");
    Path file = Files.writeString(folder.resolve("role.yaml"), manifests);
    cluster.kubectl("create", "serviceaccount", "tuner", "-n", namespace.name());
    cluster.kubectl("apply", "-n", namespace.name(), "-f", file.toString());
    String token = cluster.kubectl("create", "token", "tuner", "-n", namespace.name()).strip();
    String kubeconfig =
        Files.readString(cluster.viewerKubeconfig())
            .replaceAll("token: [^ }]+", "token: " + token)
            .replace("namespace: default", "namespace: " + namespace.name())
            .replace("viewer", "tuner");
    return Files.writeString(folder.resolve("tuner.kubeconfig"), kubeconfig);
  }
}
