package io.kubetune.cli.plan;

import io.kubetune.cli.request.TuneRequest;

/// The images that a pod runs.
///
/// Where the user names none: those that `--registry` holds, and without a registry names that have
/// no host, for images that were loaded into the nodes.
///
/// ```
/// PodImages.of(request, 0, "0.1.0").trainer() // "registry.example.com/ml/kubetune-trainer:0.1.0"
/// ```
///
/// @param trainer the training loop
/// @param cli this program, which loads data and publishes
/// @param pullPolicy `Always` for our own images of a version that is still being made
public record PodImages(String trainer, String cli, String pullPolicy) {
  private static final String TRAINER = "kubetune-trainer";
  private static final String TRAINER_CUDA = "kubetune-trainer-cuda";
  private static final String CLI = "kubectl-tune";

  /// With libtorch for CUDA where the pod asks for a GPU.
  private static String trainer(int gpus) {
    return gpus > 0 ? TRAINER_CUDA : TRAINER;
  }

  static PodImages of(TuneRequest request, int gpus, String version) {
    String prefix = request.registry().map(registry -> registry + "/").orElse("");
    return new PodImages(
        request.pod().trainerImage().orElse(prefix + trainer(gpus) + ":" + version),
        request.pod().cliImage().orElse(prefix + CLI + ":" + version),
        // A node keeps what it has under a tag; without a registry that is all there is.
        version.endsWith("-SNAPSHOT") && !prefix.isEmpty() ? "Always" : "IfNotPresent");
  }
}
