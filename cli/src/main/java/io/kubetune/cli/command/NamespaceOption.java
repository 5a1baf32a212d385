package io.kubetune.cli.command;

import java.util.Optional;
import picocli.CommandLine.Option;

/// `-n`, of every command that looks at runs in a cluster.
///
/// ```
/// surroundings.cluster(connection.flags(namespace.given()))
/// ```
final class NamespaceOption {
  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "namespace of the run; the context's unless given")
  private String namespace;

  Optional<String> given() {
    return Optional.ofNullable(namespace);
  }
}
