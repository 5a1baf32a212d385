package io.kubetune.cli.request;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What the user asked of the pod and of the Job around it.
///
/// Quantities are Kubernetes' own texts (`2`, `500m`, `16Gi`), checked when they were read.
///
/// ```
/// request.pod().gpus().orElse(0)
/// ```
///
/// @param gpus for each worker
/// @param gpuResource `nvidia.com/gpu` unless given
/// @param affinity as a pod's spec has it; empty: none
/// @param env of the trainer; values are no secrets
/// @param caConfigMap certificates that data-downloader and publisher trust besides the system's
public record PodRequest(
    Optional<String> trainerImage,
    Optional<String> cliImage,
    List<String> imagePullSecrets,
    OptionalInt gpus,
    String gpuResource,
    Optional<String> cpu,
    Optional<String> memory,
    Map<String, String> nodeSelector,
    Optional<String> instanceType,
    List<Toleration> tolerations,
    Map<String, Object> affinity,
    Optional<String> serviceAccount,
    Map<String, String> env,
    Map<String, SecretKey> secretEnv,
    Optional<ConfigMapKey> caConfigMap,
    Optional<String> priorityClass,
    Optional<String> queue,
    OptionalLong ttlSeconds,
    OptionalLong activeDeadlineSeconds,
    OptionalInt backoffLimit,
    Optional<String> checkpointClaim) {

  public static final String NVIDIA_GPU = "nvidia.com/gpu";

  /// The same pod with other quantities; empty: computed.
  public PodRequest withResources(Optional<String> otherCpu, Optional<String> otherMemory) {
    return new PodRequest(
        trainerImage,
        cliImage,
        imagePullSecrets,
        gpus,
        gpuResource,
        otherCpu,
        otherMemory,
        nodeSelector,
        instanceType,
        tolerations,
        affinity,
        serviceAccount,
        env,
        secretEnv,
        caConfigMap,
        priorityClass,
        queue,
        ttlSeconds,
        activeDeadlineSeconds,
        backoffLimit,
        checkpointClaim);
  }
}
