package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.NamedExtension;
import io.kubetune.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// What a credential plugin is told in `KUBERNETES_EXEC_INFO`.
///
/// ```
/// ExecInfo.json("client.authentication.k8s.io/v1", false, Optional.empty())
/// // {"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}
/// ```
final class ExecInfo {
  /// The part of a cluster's extensions that is meant for plugins.
  private static final String EXTENSION = "client.authentication.k8s.io/exec";

  private ExecInfo() {}

  /// @param cluster present where the plugin wants to know it (`provideClusterInfo`)
  static String json(String apiVersion, boolean interactive, Optional<Cluster> cluster) {
    ObjectNode info = Json.MAPPER.createObjectNode();
    info.put("apiVersion", apiVersion).put("kind", "ExecCredential");
    ObjectNode spec = info.putObject("spec").put("interactive", interactive);
    cluster.ifPresent(each -> describe(each, spec.putObject("cluster")));
    return info.toString();
  }

  private static void describe(Cluster cluster, ObjectNode told) {
    told.put("server", cluster.getServer());
    Connection.text(cluster.getTlsServerName()).ifPresent(it -> told.put("tls-server-name", it));
    Connection.text(cluster.getProxyUrl()).ifPresent(it -> told.put("proxy-url", it));
    if (Boolean.TRUE.equals(cluster.getInsecureSkipTlsVerify())) {
      told.put("insecure-skip-tls-verify", true);
    }
    Connection.text(cluster.getCertificateAuthorityData())
        .or(() -> Connection.text(cluster.getCertificateAuthority()).map(ExecInfo::base64))
        .ifPresent(it -> told.put("certificate-authority-data", it));
    if (cluster.getExtensions() != null) {
      for (NamedExtension each : cluster.getExtensions()) {
        if (EXTENSION.equals(each.getName())) {
          told.set(
              "config",
              Json.MAPPER.readTree(
                  io.kubetune.cli.cluster.Cluster.SERIALIZATION.asJson(each.getExtension())));
        }
      }
    }
  }

  private static String base64(String file) {
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
