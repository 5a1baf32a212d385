package io.kubetune.cli.render;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Fills `templates/manifests/inference.yaml`: a Workspace that serves an adapter.
///
/// ```
/// Manifest workspace = new InferenceManifest("bot", …).manifest();
/// ```
///
/// @param name of the Workspace and of the adapter in it
/// @param preset KAITO's name of the base model, or `org/name`
/// @param image of the adapter, by digest where it is known
/// @param strength `0.0` to `1.0`; empty: KAITO's own
public record InferenceManifest(
    String name,
    Optional<String> namespace,
    String preset,
    String image,
    List<String> pullSecrets,
    Optional<String> modelSecret,
    Optional<String> instanceType,
    Map<String, String> nodeLabels,
    Optional<String> strength) {

  public Manifest manifest() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("name", name);
    values.put("namespace", namespace);
    values.put("labels", Map.of(Labels.MANAGED_BY, Labels.MANAGER));
    values.put("instanceType", instanceType);
    values.put("matchLabels", nodeLabels.isEmpty() ? Map.of("apps", name) : Map.copyOf(nodeLabels));
    values.put("preset", preset);
    values.put("presetOptions", modelSecret.map(secret -> Map.of("modelAccessSecret", secret)));
    values.put("adapter", name);
    values.put("image", image);
    values.put("pullSecrets", List.copyOf(pullSecrets));
    values.put("strength", strength);
    return new Manifest(Template.named("inference").fill(values));
  }
}
