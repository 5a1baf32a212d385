package io.kubetune.cli.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Connection flags as a test types them.
///
/// ```
/// Cluster.connect(TypedFlags.of("--context=prod", "--as=bob"), environment)
/// ```
public final class TypedFlags {
  private TypedFlags() {}

  public static ClusterFlags of(String... flags) {
    List<String> typed = List.of(flags);
    return new ClusterFlags(
        value(typed, "--namespace"),
        value(typed, "--kubeconfig").map(Path::of),
        value(typed, "--context"),
        value(typed, "--cluster"),
        value(typed, "--user"),
        value(typed, "--server"),
        value(typed, "--token"),
        value(typed, "--as"),
        typed.stream()
            .filter(each -> each.startsWith("--as-group="))
            .map(each -> each.substring("--as-group=".length()))
            .toList(),
        value(typed, "--certificate-authority").map(Path::of),
        value(typed, "--client-certificate").map(Path::of),
        value(typed, "--client-key").map(Path::of),
        value(typed, "--tls-server-name"),
        typed.contains("--insecure-skip-tls-verify"),
        value(typed, "--request-timeout").map(text -> Duration.parse("PT" + text)));
  }

  private static Optional<String> value(List<String> typed, String flag) {
    return typed.stream()
        .filter(each -> each.startsWith(flag + "="))
        .map(each -> each.substring(flag.length() + 1))
        .findFirst();
  }
}
