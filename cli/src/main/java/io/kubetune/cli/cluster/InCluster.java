package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.Config;
import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Inside a pod: the service account that Kubernetes mounts.
///
/// ```
/// InCluster.connection(environment, InCluster.FOLDER) // present where KUBERNETES_SERVICE_HOST and a token are
/// ```
final class InCluster {
  static final Path FOLDER = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private InCluster() {}

  /// @param folder where the kubelet mounts the service account
  static Optional<Connection.Found> connection(Map<String, String> environment, Path folder) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    Path token = folder.resolve("token");
    if (host.isEmpty() || !Files.isReadable(token)) {
      return Optional.empty();
    }
    Config config = Config.empty();
    config.setMasterUrl("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    config.setCaCertFile(folder.resolve("ca.crt").toString());
    // Read anew at each use: the kubelet replaces it before it expires.
    config.setOauthTokenProvider(() -> text(token));
    Path namespace = folder.resolve("namespace");
    return Optional.of(
        new Connection.Found(
            config,
            "",
            Connection.text(environment.get("POD_NAMESPACE"))
                .orElseGet(() -> Files.isReadable(namespace) ? text(namespace) : "default"),
            "the pod's service account",
            new Login.ByTokenFile(token)));
  }

  static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.CLUSTER,
          "can't log in to the cluster",
          file.toString(),
          "can't be read (" + Storage.reason(e) + ")",
          "check who keeps this file",
          e);
    }
  }
}
