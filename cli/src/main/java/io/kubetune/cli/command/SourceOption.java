package io.kubetune.cli.command;

import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.request.Field;
import io.kubetune.cli.source.SourceOptions;
import io.kubetune.contract.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What of this machine opens sources, the same for all commands that download here.
///
/// ```
/// SourceOptions options = sources.options(surroundings.environment());
/// ```
final class SourceOption {
  @Option(
      names = "--data-header-from",
      paramLabel = "env:NAME|file:PATH",
      description = "what holds the header for https sources: a token, or a whole Name: value")
  private String headerFrom;

  @Option(
      names = "--ca",
      paramLabel = "PATH",
      description =
          "PEM certificates to trust besides the system's, for all sources: a file, or a folder of"
              + " them")
  private Path authorities;

  SourceOptions options(Map<String, String> environment) {
    SourceOptions options = SourceOptions.of(environment);
    if (headerFrom != null) {
      options = options.withHeaderFrom(headerFrom);
    }
    return authorities == null ? options : options.withAuthorities(authorities);
  }

  /// Of images, which are sources too.
  RegistryAccess access(Map<String, String> environment) {
    RegistryAccess access = RegistryAccess.fromEnvironment(environment);
    return authorities == null ? access : access.withCaFile(authorities);
  }

  Optional<Path> authorities() {
    return Optional.ofNullable(authorities);
  }

  /// What was given to a runtime that downloads in its pod, where it would have no effect.
  List<Problem> unusedBy(String runtime) {
    String found = "runtime " + runtime + " downloads nothing here";
    List<Problem> problems = new ArrayList<>();
    if (headerFrom != null) {
      problems.add(
          new Problem(
              "--data-header-from",
              found,
              "put the header into a Secret, key AUTHORIZATION, and name it by --data-secret"));
    }
    if (authorities != null) {
      problems.add(
          new Problem(
              "--ca",
              found,
              "put the certificates into a ConfigMap: " + Field.CA_CONFIGMAP.usage()));
    }
    return problems;
  }
}
