package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.Config;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How the API server is reached, decided from flags, kubeconfig files and a pod's service account.
///
/// ```
/// Connection.of(flags, environment).server() // "https://10.0.0.1:6443"
/// ```
///
/// @param source what decided, for error messages: a context and its file, or the pod
record Connection(Config config, String contextName, String namespace, String source) {
  /// Well below what people wait for; a healthy API server answers within milliseconds.
  private static final int CONNECT_MILLIS = 7_000;

  private static final String DEFAULT_NAMESPACE = "default";

  static Connection of(ClusterFlags flags, Map<String, String> environment) {
    List<Path> files = Kubeconfig.files(flags, environment);
    Connection found;
    if (files.stream().anyMatch(Files::exists)) {
      found = Kubeconfig.read(files, flags, environment);
    } else if (flags.server().isPresent()) {
      found = new Connection(Config.empty(), "", DEFAULT_NAMESPACE, "--server");
    } else {
      found = InCluster.connection(environment).orElseThrow(() -> noCluster(files));
    }
    found.apply(flags);
    return new Connection(
        found.config,
        found.contextName,
        flags.namespace().orElse(found.namespace),
        flags.server().isPresent() ? "--server" : found.source);
  }

  String server() {
    return config.getMasterUrl().replaceAll("/+$", "");
  }

  private void apply(ClusterFlags flags) {
    flags.server().ifPresent(config::setMasterUrl);
    flags
        .token()
        .ifPresent(token -> {
          config.setOauthTokenProvider(null);
          config.setOauthToken(token);
        });
    flags
        .certificateAuthority()
        .ifPresent(file -> {
          config.setCaCertData(null);
          config.setCaCertFile(file.toString());
        });
    flags
        .clientCertificate()
        .ifPresent(file -> {
          config.setClientCertData(null);
          config.setClientCertFile(file.toString());
        });
    flags
        .clientKey()
        .ifPresent(file -> {
          config.setClientKeyData(null);
          config.setClientKeyFile(file.toString());
        });
    flags.tlsServerName().ifPresent(config::setTlsServerName);
    if (flags.insecureSkipTlsVerify()) {
      config.setTrustCerts(true);
      config.setDisableHostnameVerification(true);
    }
    flags.impersonatedUser().ifPresent(config::setImpersonateUsername);
    if (!flags.impersonatedGroups().isEmpty()) {
      config.setImpersonateGroups(flags.impersonatedGroups().toArray(String[]::new));
    }
    config.setConnectionTimeout(CONNECT_MILLIS);
    // 0: as long as it takes, as kubectl; a connection that can't be made ends by the above.
    config.setRequestTimeout(flags.requestTimeout().map(d -> (int) d.toMillis()).orElse(0));
    // The library's own retries would make ten attempts of an unreachable server.
    config.setRequestRetryBackoffLimit(0);
  }

  private static TuneException noCluster(List<Path> looked) {
    return new TuneException(
        ExitCode.CLUSTER,
        "can't find a cluster",
        looked.isEmpty()
            ? "kubeconfig"
            : String.join(", ", looked.stream().map(Path::toString).toList()),
        "no kubeconfig is there, and this is no pod",
        "set KUBECONFIG or give --kubeconfig FILE; --runtime local needs no cluster");
  }

  static Optional<String> text(String value) {
    return Optional.ofNullable(value).filter(v -> !v.isBlank());
  }
}
