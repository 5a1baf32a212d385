package io.kubetune.cli.cluster;

import java.nio.file.Path;

/// Where the credentials of a connection come from, which says how they are renewed.
///
/// ```
/// new Login.ByTokenFile(Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token"))
/// ```
sealed interface Login {
  /// Credentials that were typed: `--token`, `--client-certificate`.
  record ByFlags(String flag) implements Login {}

  /// A program that the kubeconfig names.
  record ByPlugin(CredentialPlugin plugin) implements Login {}

  /// A file that another process keeps fresh.
  record ByTokenFile(Path file) implements Login {}

  /// Token, certificate or password that stand in a kubeconfig.
  record ByKubeconfig(String user) implements Login {}

  /// None: the API server sees `system:anonymous`.
  record Anonymous() implements Login {}
}
