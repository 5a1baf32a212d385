package io.kubetune.cli.render;

import io.kubetune.cli.model.Preset;
import io.kubetune.cli.model.Presets;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.Output;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Fills `templates/manifests/workspace.yaml`.
///
/// ```
/// Manifest workspace = WorkspaceManifest.of(plan);
/// ```
final class WorkspaceManifest {
  private WorkspaceManifest() {}

  /// @throws TuneException BAD_REQUEST where an affinity says what a Workspace has no words for
  static Manifest of(TunePlan plan) {
    TuneRequest request = plan.request();
    NodeWishes nodes =
        NodeWishes.of(request.pod().affinity())
            .orElseThrow(() ->
                new TuneException(
                    ExitCode.BAD_REQUEST,
                    "can't write a Workspace",
                    "--affinity",
                    "a Workspace has no words for it",
                    "use --node-selector, or choose --runtime job"));
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("name", request.name());
    values.put("namespace", request.namespace());
    values.put("labels", Labels.of(request));
    values.put("annotations", Labels.annotations(plan));
    values.put("instanceType", request.pod().instanceType());
    values.put("matchLabels", matchLabels(request, nodes));
    values.put("matchExpressions", nodes.matchExpressions());
    values.put("preferredNodes", nodes.preferredNodes());
    values.put("preset", preset(request.model()));
    values.put(
        "presetOptions", request.modelSecret().map(name -> Map.of("modelAccessSecret", name)));
    values.put("method", request.method().name().toLowerCase(Locale.ROOT));
    values.put("configName", ConfigMapManifest.nameOf(request));
    values.put("dataName", request.dataName());
    values.put("dataSecrets", request.dataSecrets());
    List<Location> data = request.data().stream().map(each -> Outputs.data(request, each)).toList();
    values.put("urls", urls(data));
    values.put("dataImage", image(data));
    values.put("dataVolume", volume(data));
    Output output = Outputs.of(request);
    values.put(
        "outputImage",
        output instanceof Output.Image(String reference)
            ? Optional.of(reference)
            : Optional.empty());
    values.put("outputSecret", request.outputSecret());
    values.put("outputVolume", volume(output));
    return new Manifest(Template.named("workspace").fill(values));
  }

  /// KAITO labels the nodes that it makes, and wants some label to find them by.
  private static Map<String, Object> matchLabels(TuneRequest request, NodeWishes nodes) {
    Map<String, Object> labels = new LinkedHashMap<>(request.pod().nodeSelector());
    if (labels.isEmpty() && nodes.matchExpressions().isEmpty()) {
      labels.put("apps", request.name());
    }
    return labels;
  }

  private static String preset(Location model) {
    return switch (model) {
      case Location.Preset(String name) ->
          Presets.find(name).filter(p -> !p.kaito()).map(Preset::repository).orElse(name);
      case Location.HuggingFace(String repository, Optional<String> revision) -> repository;
      case Location.Local _,
          Location.Image _,
          Location.Claim _,
          Location.Volume _,
          Location.Url _ ->
          throw new IllegalStateException("KAITO can't load " + model.text());
    };
  }

  private static List<String> urls(List<Location> data) {
    return data.stream().filter(Location.Url.class::isInstance).map(Location::text).toList();
  }

  private static Optional<String> image(List<Location> data) {
    return data.getFirst() instanceof Location.Image(String reference, String _)
        ? Optional.of(reference)
        : Optional.empty();
  }

  private static Optional<Map<String, Object>> volume(List<Location> data) {
    return switch (data.getFirst()) {
      case Location.Claim(String claim, String path) -> Optional.of(Volumes.claim(claim, false));
      case Location.Volume(Map<String, Object> source) -> Optional.of(source);
      case Location.Local _,
          Location.Image _,
          Location.HuggingFace _,
          Location.Preset _,
          Location.Url _ ->
          Optional.empty();
    };
  }

  private static Optional<Map<String, Object>> volume(Output output) {
    return switch (output) {
      case Output.Claim(String claim, String path) -> Optional.of(Volumes.claim(claim, false));
      case Output.Volume(Map<String, Object> source) -> Optional.of(source);
      case Output.Image _, Output.Layout _ -> Optional.empty();
    };
  }
}
