package io.kubetune.cli.source;

import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Secrets of Kubernetes as they are mounted, a file for each key. What a key is for, its name
/// says; where several have it, the first counts.
///
/// ```
/// new MountedSecrets(List.of(Path.of("/mnt/credentials/0"))).over(environment) // HF_TOKEN from the file
/// ```
public record MountedSecrets(List<Path> folders) {
  /// The header for https: a token, or a whole `Name: value`.
  public static final String HEADER = "AUTHORIZATION";

  /// Logins of registries, as Secrets of type `kubernetes.io/dockerconfigjson` have them.
  public static final String LOGINS = ".dockerconfigjson";

  private static final List<String> TOKEN = List.of("HF_TOKEN");
  private static final List<String> MIRROR = List.of("HF_ENDPOINT");

  public static final List<String> HUB = Stream.of(TOKEN, MIRROR).flatMap(List::stream).toList();

  private static final List<String> IDENTITY =
      List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN");
  private static final List<String> REGION = List.of("AWS_REGION");
  private static final List<String> ENDPOINT = List.of("AWS_ENDPOINT_URL");

  public static final List<String> BUCKETS =
      Stream.of(IDENTITY, REGION, ENDPOINT).flatMap(List::stream).toList();

  /// Keys that mean what the variable of that name means. An identity of AWS is taken as a whole:
  /// half of one and half of another are nobody.
  private static final List<List<String>> VARIABLES =
      List.of(TOKEN, MIRROR, IDENTITY, REGION, ENDPOINT);

  public MountedSecrets {
    folders = List.copyOf(folders);
  }

  /// The environment, with what these Secrets have in place of its own.
  public Map<String, String> over(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    for (List<String> names : VARIABLES) {
      folders.stream()
          .filter(folder -> names.stream().anyMatch(name -> Files.exists(folder.resolve(name))))
          .findFirst()
          .ifPresent(folder -> {
            all.keySet().removeAll(names);
            names.stream()
                .filter(name -> Files.exists(folder.resolve(name)))
                .forEach(name -> all.put(name, read(folder.resolve(name))));
          });
    }
    return all;
  }

  /// The pointer to the header for https sources.
  public Optional<String> headerFrom() {
    return folders.stream()
        .map(folder -> folder.resolve(HEADER))
        .filter(Files::exists)
        .findFirst()
        .map(file -> "file:" + file);
  }

  /// Logins of registries, under the key's own name and as `docker login` calls the file.
  public List<Path> authFiles() {
    return folders.stream()
        .flatMap(folder -> Stream.of(folder.resolve(LOGINS), folder.resolve("config.json")))
        .toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      // Without the cause: a decoder may quote what it read.
      throw new TuneException(
          ExitCode.SOURCE,
          "can't read a Secret's key",
          file.toString(),
          "not readable as text (" + Storage.reason(e) + ")",
          "make the Secret again with kubectl create secret generic");
    }
  }
}
