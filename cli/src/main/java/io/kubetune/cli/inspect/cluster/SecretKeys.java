package io.kubetune.cli.inspect.cluster;

import io.fabric8.kubernetes.api.model.Secret;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.cli.source.MountedSecrets;
import io.kubetune.contract.Problem;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Whether a Secret for sources has a key that one of them has a use for. Of values nothing is
/// looked at, and of a Secret that serves none only the names of its keys are told.
///
/// ```
/// SecretKeys.of(request).problem(secret) // Secret hub: it has the keys token, and what it is for reads HF_TOKEN
/// ```
///
/// @param sources by the name of the Secret: what it is to open
record SecretKeys(Map<String, List<Location>> sources) {

  static SecretKeys of(TuneRequest request) {
    List<Location> data =
        Stream.concat(request.data().stream(), request.evalData().stream()).toList();
    return new SecretKeys(
        Stream.concat(
                request.modelSecret().stream()
                    .map(name -> Map.entry(name, List.of(request.model()))),
                request.dataSecrets().stream().map(name -> Map.entry(name, data)))
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    Map.Entry::getValue,
                    (one, other) -> Stream.concat(one.stream(), other.stream()).toList())));
  }

  Optional<Problem> problem(Secret secret) {
    String name = secret.getMetadata().getName();
    Set<String> wanted = wanted(name);
    Collection<String> has =
        secret.getData() == null ? Set.of() : new TreeSet<>(secret.getData().keySet());
    return wanted.isEmpty() || has.stream().anyMatch(wanted::contains)
        ? Optional.empty()
        : Optional.of(
            new Problem(
                "Secret " + name,
                (has.isEmpty() ? "it has no keys" : "it has the keys " + String.join(", ", has))
                    + ", and what it is for reads "
                    + String.join(", ", wanted),
                "name the key as it is read:\n  " + command(name)));
  }

  /// What makes a Secret that serves its sources; a login where it is for none.
  String command(String name) {
    String key = wanted(name).stream().findFirst().orElse(MountedSecrets.LOGINS);
    return "kubectl create secret "
        + (key.equals(MountedSecrets.LOGINS)
            ? "docker-registry " + name + " --docker-server=HOST"
            : "generic " + name + " --from-file=" + key + "=FILE");
  }

  private Set<String> wanted(String name) {
    return sources.getOrDefault(name, List.of()).stream()
        .flatMap(each -> keysFor(each).stream())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static List<String> keysFor(Location location) {
    return switch (location) {
      case Location.Preset _, Location.HuggingFace _ -> MountedSecrets.HUB;
      // What is of this machine goes to a registry, and the pod reads it there.
      case Location.Image _, Location.Local _ -> List.of(MountedSecrets.LOGINS);
      case Location.Url(var uri) ->
          switch (uri.getScheme()) {
            case "hf" -> MountedSecrets.HUB;
            case "s3" -> MountedSecrets.BUCKETS;
            default -> List.of(MountedSecrets.HEADER);
          };
      case Location.Claim _, Location.Volume _ -> List.of();
    };
  }
}
