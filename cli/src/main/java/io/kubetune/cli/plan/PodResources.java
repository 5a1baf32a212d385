package io.kubetune.cli.plan;

/// What the trainer's container asks for, request and limit alike.
///
/// ```
/// new PodResources("4", "6Gi", 0, "nvidia.com/gpu")
/// ```
///
/// @param cpu Kubernetes quantity
/// @param memory Kubernetes quantity
/// @param gpus 0: trains on the CPU
public record PodResources(String cpu, String memory, int gpus, String gpuResource) {}
