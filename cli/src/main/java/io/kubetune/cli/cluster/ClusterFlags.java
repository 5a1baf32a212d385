package io.kubetune.cli.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Which cluster, as whom: what was typed of kubectl's connection flags, unchecked.
///
/// ```
/// Cluster.connect(ClusterFlags.NONE, System.getenv())
/// ```
///
/// @param impersonatedUser `--as`
/// @param impersonatedGroups `--as-group`
/// @param requestTimeout longest wait for the answer to one request; zero: no limit
public record ClusterFlags(
    Optional<String> namespace,
    Optional<Path> kubeconfig,
    Optional<String> context,
    Optional<String> cluster,
    Optional<String> user,
    Optional<String> server,
    Optional<String> token,
    Optional<String> impersonatedUser,
    List<String> impersonatedGroups,
    Optional<Path> certificateAuthority,
    Optional<Path> clientCertificate,
    Optional<Path> clientKey,
    Optional<String> tlsServerName,
    boolean insecureSkipTlsVerify,
    Optional<Duration> requestTimeout) {

  public static final ClusterFlags NONE =
      new ClusterFlags(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          Optional.empty());

  public ClusterFlags {
    impersonatedGroups = List.copyOf(impersonatedGroups);
  }

  /// Whether anything was typed: a command that could mean this machine means a cluster then.
  public boolean areTyped() {
    return !equals(NONE);
  }

  /// Never the token.
  @Override
  public String toString() {
    return "ClusterFlags[namespace=%s, kubeconfig=%s, context=%s, cluster=%s, user=%s, server=%s, as=%s, asGroups=%s, certificateAuthority=%s, clientCertificate=%s, clientKey=%s, tlsServerName=%s, insecure=%s, requestTimeout=%s]"
        .formatted(
            namespace,
            kubeconfig,
            context,
            cluster,
            user,
            server,
            impersonatedUser,
            impersonatedGroups,
            certificateAuthority,
            clientCertificate,
            clientKey,
            tlsServerName,
            insecureSkipTlsVerify,
            requestTimeout);
  }

  public ClusterFlags withNamespace(Optional<String> other) {
    return new ClusterFlags(
        other,
        kubeconfig,
        context,
        cluster,
        user,
        server,
        token,
        impersonatedUser,
        impersonatedGroups,
        certificateAuthority,
        clientCertificate,
        clientKey,
        tlsServerName,
        insecureSkipTlsVerify,
        requestTimeout);
  }
}
