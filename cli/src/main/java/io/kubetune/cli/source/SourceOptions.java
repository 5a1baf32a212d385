package io.kubetune.cli.source;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// How sources are reached: credentials by their names in the environment, patience, places.
///
/// ```
/// SourceOptions.of(System.getenv()).withHeaderFrom("env:DATA_TOKEN")
/// ```
///
/// @param environment where tokens, keys, proxies and caches are named; never printed
/// @param headerFrom `env:NAME` or `file:PATH` of the header for https sources
/// @param s3Endpoint in place of AWS's own, addressed by path
/// @param modelCache a folder that several processes share, in place of the Hugging Face cache
/// @param authorities PEM certificates trusted besides the platform's: a file, or a folder of them
/// @param attempts without any progress, before a failure is the user's
/// @param firstPause before the second attempt; doubled for each further one
/// @param stall without a byte for so long, a connection is given up and tried again
public record SourceOptions(
    Map<String, String> environment,
    Optional<String> headerFrom,
    Optional<URI> s3Endpoint,
    Optional<Path> modelCache,
    Optional<Path> authorities,
    int attempts,
    Duration firstPause,
    Duration stall) {

  public SourceOptions {
    environment = Map.copyOf(environment);
  }

  public static SourceOptions of(Map<String, String> environment) {
    return new SourceOptions(
        environment,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        6,
        Duration.ofSeconds(1),
        Duration.ofMinutes(1));
  }

  public SourceOptions withHeaderFrom(String pointer) {
    return new SourceOptions(
        environment,
        Optional.of(pointer),
        s3Endpoint,
        modelCache,
        authorities,
        attempts,
        firstPause,
        stall);
  }

  public SourceOptions withS3Endpoint(URI endpoint) {
    return new SourceOptions(
        environment,
        headerFrom,
        Optional.of(endpoint),
        modelCache,
        authorities,
        attempts,
        firstPause,
        stall);
  }

  /// As `AWS_REGION`, and before it.
  public SourceOptions withS3Region(String region) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put("AWS_REGION", region);
    return new SourceOptions(
        changed, headerFrom, s3Endpoint, modelCache, authorities, attempts, firstPause, stall);
  }

  public SourceOptions withModelCache(Path folder) {
    return new SourceOptions(
        environment,
        headerFrom,
        s3Endpoint,
        Optional.of(folder),
        authorities,
        attempts,
        firstPause,
        stall);
  }

  public SourceOptions withAuthorities(Path place) {
    return new SourceOptions(
        environment,
        headerFrom,
        s3Endpoint,
        modelCache,
        Optional.of(place),
        attempts,
        firstPause,
        stall);
  }

  public SourceOptions withPatience(int attempts, Duration firstPause, Duration stall) {
    return new SourceOptions(
        environment, headerFrom, s3Endpoint, modelCache, authorities, attempts, firstPause, stall);
  }

  /// A variable that is set and not blank.
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  /// A variable that says yes, as Hugging Face's libraries read it.
  boolean isSet(String name) {
    return variable(name).filter(v -> v.matches("(?i)1|true|yes|on")).isPresent();
  }

  Path home() {
    return Path.of(variable("HOME").orElse(System.getProperty("user.home")));
  }

  /// `$XDG_CACHE_HOME`, or `~/.cache`.
  Path cacheHome() {
    return variable("XDG_CACHE_HOME")
        .map(Path::of)
        .filter(Path::isAbsolute)
        .orElseGet(() -> home().resolve(".cache"));
  }
}
