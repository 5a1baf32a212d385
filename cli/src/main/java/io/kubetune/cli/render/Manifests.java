package io.kubetune.cli.render;

import io.kubetune.cli.plan.TunePlan;
import java.util.List;

/// A plan's manifests, in the order to apply them.
///
/// ```
/// out.print(ManifestText.yaml(Manifests.of(plan, false)));
/// ```
public final class Manifests {
  private Manifests() {}

  /// @param suspended a Job starts no pod until it is resumed
  public static List<Manifest> of(TunePlan plan, boolean suspended) {
    return switch (plan.request().runtime()) {
      case JOB -> List.of(ConfigMapManifest.of(plan), JobManifest.of(plan, suspended));
      case KAITO -> List.of(ConfigMapManifest.of(plan), WorkspaceManifest.of(plan));
      case LOCAL -> throw new IllegalArgumentException("runtime local has no manifests");
    };
  }
}
