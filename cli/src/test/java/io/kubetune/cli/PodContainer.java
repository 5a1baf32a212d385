package io.kubetune.cli;

import io.kubetune.contract.Json;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// A container of a Job that `create --dry-run=client -o json` printed, run as a process of this
/// machine with exactly the arguments and variables that it would get; only the volumes are folders
/// here.
///
/// ```
/// PodContainer.of(printed, "data-downloader").at("/mnt/data", folder).run(environment);
/// ```
///
/// @param volumes by the path where they are mounted
public record PodContainer(JsonNode spec, Map<String, Path> volumes) {

  public static PodContainer of(String printed, String name) {
    JsonNode pod =
        StreamSupport.stream(Json.MAPPER.readTree(printed).path("items").spliterator(), false)
            .filter(each -> each.path("kind").asString().equals("Job"))
            .findFirst()
            .orElseThrow()
            .path("spec")
            .path("template")
            .path("spec");
    return Stream.of("initContainers", "containers")
        .flatMap(kind -> StreamSupport.stream(pod.path(kind).spliterator(), false))
        .filter(each -> each.path("name").asString().equals(name))
        .map(each -> new PodContainer(each, Map.of()))
        .findFirst()
        .orElseThrow();
  }

  /// A folder as one of its volumes, which it must mount.
  public PodContainer at(String mountPath, Path folder) {
    boolean mounted =
        spec.path("volumeMounts")
            .valueStream()
            .anyMatch(each -> each.path("mountPath").asString().equals(mountPath));
    if (!mounted) {
      throw new AssertionError("nothing is mounted at " + mountPath + ": " + spec);
    }
    Map<String, Path> all = new LinkedHashMap<>(volumes);
    all.put(mountPath, folder);
    return new PodContainer(spec, all);
  }

  /// What the kubelet makes of them: one `$` of two.
  public List<String> arguments() {
    return spec.path("args").valueStream().map(each -> each.asString()).map(this::here).toList();
  }

  /// Variables of the manifest, over those of this machine.
  private Map<String, String> variables(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    spec.path("env")
        .valueStream()
        // The kubelet makes that file; and what is left out is no text.
        .filter(each -> each.has("value") && !each.path("value").asString().startsWith("/dev/"))
        .forEach(
            each -> all.put(each.path("name").asString(), here(each.path("value").asString())));
    return all;
  }

  /// A path of a volume, alone or behind a flag, as the path that it has here.
  private String here(String given) {
    String text = given.replace("$$", "$");
    int equals = text.indexOf('=');
    String value = text.substring(equals + 1);
    return text.substring(0, equals + 1)
        + volumes.entrySet().stream()
            .filter(each -> (value + "/").startsWith(each.getKey() + "/"))
            .findFirst()
            .map(each -> each.getValue() + value.substring(each.getKey().length()))
            .orElse(value);
  }

  public Typed run(Map<String, String> environment) {
    return Typed.command(variables(environment), arguments().toArray(String[]::new));
  }
}
