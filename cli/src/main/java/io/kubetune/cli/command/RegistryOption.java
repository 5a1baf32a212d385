package io.kubetune.cli.command;

import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.submit.RegistryWay;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// How registries are reached, the same for all commands that talk to one.
///
/// ```
/// RegistryAccess access = registry.access(surroundings.environment());
/// ```
final class RegistryOption {
  @Option(names = "--plain-http", description = "speak http to the registry")
  private boolean plainHttp;

  @Option(
      names = "--registry-ca",
      paramLabel = "FILE",
      description = "PEM certificates to trust besides the system's: a file, or a folder of them")
  private Path registryCa;

  @Option(
      names = "--registry-auth",
      paramLabel = "FILE",
      description = "credentials as docker login keeps them (REGISTRY_AUTH_FILE, ~/.docker)")
  private Path registryAuth;

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
