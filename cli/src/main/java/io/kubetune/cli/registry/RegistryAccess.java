package io.kubetune.cli.registry;

import java.net.ProxySelector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How registries are reached: scheme, trust, credentials, patience.
///
/// ```
/// RegistryAccess.fromEnvironment(System.getenv()).withCaFile(Path.of("corp-ca.pem"));
/// ```
///
/// @param plainHttp speak http where the host is not this machine too (`--plain-http`)
/// @param caFile PEM certificates trusted besides the platform's, as [Authorities] take them
///   (`--registry-ca`)
/// @param authFiles Docker's config.json or podman's auth.json, asked in this order
/// @param attempts how often a request is sent before its failure is the user's
/// @param firstPause before the second attempt; doubled for each further one
/// @param stall without a byte moving for so long, a connection is given up and tried again
/// @param cache of what was pulled; below `$XDG_CACHE_HOME` or `~/.cache`, none without a home
/// @param proxies that `HTTPS_PROXY` and its like name
public record RegistryAccess(
    boolean plainHttp,
    Optional<Path> caFile,
    List<Path> authFiles,
    int attempts,
    Duration firstPause,
    Duration stall,
    Optional<BlobCache> cache,
    ProxySelector proxies) {

  public RegistryAccess {
    authFiles = List.copyOf(authFiles);
  }

  /// The files that podman, skopeo and docker read, in their order: `REGISTRY_AUTH_FILE`, then
  /// podman's, then Docker's.
  public static RegistryAccess fromEnvironment(Map<String, String> environment) {
    List<Path> files = new ArrayList<>();
    present(environment, "REGISTRY_AUTH_FILE").ifPresent(file -> files.add(Path.of(file)));
    present(environment, "XDG_RUNTIME_DIR")
        .ifPresent(dir -> files.add(Path.of(dir, "containers", "auth.json")));
    present(environment, "DOCKER_CONFIG").ifPresent(dir -> files.add(Path.of(dir, "config.json")));
    present(environment, "HOME")
        .ifPresent(home -> files.add(Path.of(home, ".docker", "config.json")));
    return new RegistryAccess(
        false,
        Optional.empty(),
        files,
        5,
        Duration.ofMillis(500),
        Duration.ofMinutes(2),
        present(environment, "XDG_CACHE_HOME")
            .or(() -> present(environment, "HOME").map(home -> home + "/.cache"))
            .map(base -> new BlobCache(Path.of(base, "kubetune", "blobs"))),
        new EnvironmentProxy(environment));
  }

  public RegistryAccess withPlainHttp(boolean allowed) {
    return new RegistryAccess(
        allowed, caFile, authFiles, attempts, firstPause, stall, cache, proxies);
  }

  public RegistryAccess withCaFile(Path file) {
    return new RegistryAccess(
        plainHttp, Optional.of(file), authFiles, attempts, firstPause, stall, cache, proxies);
  }

  /// Asks this file alone (`--registry-auth`).
  public RegistryAccess withAuthFile(Path file) {
    return withAuthFiles(List.of(file));
  }

  /// Asks these files, in this order, and no others.
  public RegistryAccess withAuthFiles(List<Path> files) {
    return new RegistryAccess(
        plainHttp, caFile, files, attempts, firstPause, stall, cache, proxies);
  }

  public RegistryAccess withPatience(int attempts, Duration firstPause, Duration stall) {
    return new RegistryAccess(
        plainHttp, caFile, authFiles, attempts, firstPause, stall, cache, proxies);
  }

  public RegistryAccess withCache(Path folder) {
    return new RegistryAccess(
        plainHttp,
        caFile,
        authFiles,
        attempts,
        firstPause,
        stall,
        Optional.of(new BlobCache(folder)),
        proxies);
  }

  private static Optional<String> present(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}
