package io.kubetune.cli.render;

import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.request.TuneRequest;
import java.util.Map;

/// Fills `templates/manifests/configmap.yaml`.
///
/// ```
/// Manifest config = ConfigMapManifest.of(plan);
/// ```
final class ConfigMapManifest {
  private ConfigMapManifest() {}

  static String nameOf(TuneRequest request) {
    return request.name() + "-config";
  }

  static Manifest of(TunePlan plan) {
    TuneRequest request = plan.request();
    return new Manifest(
        Template.named("configmap")
            .fill(
                Map.of(
                    "configName", nameOf(request),
                    "namespace", request.namespace(),
                    "labels", Labels.of(request),
                    "annotations", Labels.annotations(plan),
                    "trainingConfig", plan.config().text())));
  }
}
