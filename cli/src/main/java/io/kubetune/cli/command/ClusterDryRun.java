package io.kubetune.cli.command;

import io.kubetune.cli.inspect.MachineFacts;
import io.kubetune.cli.inspect.ModelFacts;
import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.cli.plan.PodPaths;
import io.kubetune.cli.plan.Release;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.render.Manifest;
import io.kubetune.cli.render.ManifestText;
import io.kubetune.cli.render.Manifests;
import io.kubetune.cli.request.Location;
import io.kubetune.cli.request.RunConfig;
import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.request.TuneRequest;
import io.kubetune.cli.terminal.Output;
import io.kubetune.contract.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `create --dry-run=client` for runtimes in a cluster: inspect, plan, render, print; no cluster is
/// asked and nothing is made.
///
/// ```
/// out.print(ClusterDryRun.of(request).text(Output.YAML));
/// ```
///
/// @param warnings keys of the training config that have no effect
record ClusterDryRun(List<Manifest> manifests, List<Problem> warnings) {

  static ClusterDryRun of(TuneRequest request, boolean plainHttp) {
    TunePlan plan = plan(request, model(request)).withPlainHttp(plainHttp);
    return new ClusterDryRun(Manifests.of(plan, false), plan.config().warnings());
  }

  /// Sizes of a model of this machine.
  static Optional<ModelDimensions> model(TuneRequest request) {
    return request.model() instanceof Location.Local(var folder)
        ? Optional.of(ModelFacts.read(folder).dimensions())
        : Optional.empty();
  }

  static TunePlan plan(TuneRequest request, Optional<ModelDimensions> model) {
    Map<String, String> placed = request.runtime() == RuntimeKind.JOB ? PodPaths.PLACED : Map.of();
    RunConfig config = RunConfig.of(request, placed);
    return TunePlan.of(request, config, model, MachineFacts.here(), Release.version());
  }

  /// In kubectl's words for each format.
  String text(Output format) {
    return switch (format) {
      case YAML -> ManifestText.yaml(manifests);
      case JSON -> ManifestText.json(manifests);
      case NAME -> ManifestText.names(manifests);
      case TABLE, WIDE ->
          ManifestText.names(manifests).replace("\n", " created (client dry run)\n");
    };
  }
}
