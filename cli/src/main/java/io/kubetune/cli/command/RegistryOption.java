package io.kubetune.cli.command;

import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.submit.RegistryWay;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/// How registries are reached, the same for all commands that talk to one.
///
/// ```
/// RegistryAccess access = registry.access(surroundings.environment());
/// ```
final class RegistryOption {
  private static final String PLAIN_HTTP = "--plain-http";
  private static final String CA = "--registry-ca";
  private static final String AUTH = "--registry-auth";

  @Option(names = PLAIN_HTTP, description = "speak http to the registry")
  private boolean plainHttp;

  @Option(
      names = CA,
      paramLabel = "FILE",
      description = "PEM certificates to trust besides the system's: a file, or a folder of them")
  private Path registryCa;

  @Option(
      names = AUTH,
      paramLabel = "FILE",
      description = "credentials as docker login keeps them (REGISTRY_AUTH_FILE, ~/.docker)")
  private Path registryAuth;

  static boolean has(OptionSpec option) {
    return List.of(PLAIN_HTTP, CA, AUTH).contains(option.longestName());
  }

  boolean plainHttp() {
    return plainHttp;
  }

  boolean isTyped() {
    return plainHttp || registryCa != null || registryAuth != null;
  }

  /// For a run of this machine, which pushes when it is done.
  ///
  /// @param authorities trusted where none are named for registries alone
  RegistryWay way(Optional<Path> authorities) {
    return new RegistryWay(
        plainHttp,
        Optional.ofNullable(registryCa).or(() -> authorities),
        Optional.ofNullable(registryAuth));
  }

  RegistryAccess access(Map<String, String> environment) {
    RegistryAccess access = RegistryAccess.fromEnvironment(environment).withPlainHttp(plainHttp);
    if (registryCa != null) {
      access = access.withCaFile(registryCa);
    }
    return registryAuth == null ? access : access.withAuthFile(registryAuth);
  }
}
