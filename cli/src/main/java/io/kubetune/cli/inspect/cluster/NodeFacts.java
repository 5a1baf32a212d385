package io.kubetune.cli.inspect.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A node: what it has, what of it is free, and whom it takes.
///
/// ```
/// node.freeGpus().getOrDefault("nvidia.com/gpu", 0L)
/// ```
///
/// @param ready takes pods: neither cordoned nor away
/// @param taints that keep pods off it which do not bear them (NoSchedule, NoExecute)
/// @param cpuMillis allocatable
/// @param memoryBytes allocatable
/// @param gpus allocatable, by resource name
/// @param freeCpuMillis allocatable less what its pods ask for; the same for the others
public record NodeFacts(
    String name,
    boolean ready,
    Map<String, String> labels,
    List<Taint> taints,
    long cpuMillis,
    long memoryBytes,
    Map<String, Long> gpus,
    long freeCpuMillis,
    long freeMemoryBytes,
    Map<String, Long> freeGpus) {

  private static final Pattern GPU_SIZE = Pattern.compile("\\b([0-9]{1,4})GB");

  /// @param pods of all nodes; finished ones hold nothing
  public static NodeFacts of(Node node, List<Pod> pods) {
    Map<String, Quantity> allocatable =
        Optional.ofNullable(node.getStatus().getAllocatable()).orElse(Map.of());
    Map<String, BigDecimal> used = new TreeMap<>();
    for (Pod pod : pods) {
      if (node.getMetadata().getName().equals(pod.getSpec().getNodeName()) && isLive(pod)) {
        for (Container each : pod.getSpec().getContainers()) {
          requests(each)
              .forEach((name, quantity) -> used.merge(name, amount(quantity), BigDecimal::add));
        }
      }
    }
    Map<String, Long> gpus = new TreeMap<>();
    Map<String, Long> freeGpus = new TreeMap<>();
    allocatable.forEach((name, quantity) -> {
      if (isGpu(name)) {
        gpus.put(name, amount(quantity).longValue());
        freeGpus.put(
            name, amount(quantity).subtract(used.getOrDefault(name, BigDecimal.ZERO)).longValue());
      }
    });
    long cpuMillis = millis(amount(allocatable.get("cpu")));
    long memoryBytes = amount(allocatable.get("memory")).longValue();
    boolean isReady =
        Optional.ofNullable(node.getStatus().getConditions()).orElse(List.of()).stream()
            .anyMatch(each -> each.getType().equals("Ready") && "True".equals(each.getStatus()));
    return new NodeFacts(
        node.getMetadata().getName(),
        isReady && !Boolean.TRUE.equals(node.getSpec().getUnschedulable()),
        Optional.ofNullable(node.getMetadata().getLabels()).orElse(Map.of()),
        Optional.ofNullable(node.getSpec().getTaints()).orElse(List.of()).stream()
            .filter(each -> !"PreferNoSchedule".equals(each.getEffect()))
            .toList(),
        cpuMillis,
        memoryBytes,
        gpus,
        cpuMillis - millis(used.getOrDefault("cpu", BigDecimal.ZERO)),
        memoryBytes - used.getOrDefault("memory", BigDecimal.ZERO).longValue(),
        freeGpus);
  }

  private static boolean isLive(Pod pod) {
    String phase = Optional.ofNullable(pod.getStatus()).map(s -> s.getPhase()).orElse("");
    return !phase.equals("Succeeded") && !phase.equals("Failed");
  }

  private static Map<String, Quantity> requests(Container container) {
    return Optional.ofNullable(container.getResources())
        .map(resources -> resources.getRequests())
        .orElse(Map.of());
  }

  /// Device plugins name their resources `vendor/gpu`, `vendor/gpu.shared` or `vendor/mig-…`.
  static boolean isGpu(String resource) {
    return resource.contains("/") && (resource.contains("gpu") || resource.contains("/mig-"));
  }

  private static long millis(BigDecimal cpus) {
    return cpus.movePointRight(3).longValue();
  }

  static BigDecimal amount(Quantity quantity) {
    return quantity == null ? BigDecimal.ZERO : Quantity.getAmountInBytes(quantity);
  }

  /// What the GPUs are, as NVIDIA's feature discovery labels them; empty where nobody says.
  public Optional<String> gpuProduct() {
    return Optional.ofNullable(labels.get("nvidia.com/gpu.product"))
        .or(() -> Optional.ofNullable(labels.get("cloud.google.com/gke-accelerator")));
  }

  /// Of one GPU, as feature discovery labels it, or as its product's name has it (`…-80GB`); 0
  /// where nobody says.
  public long gpuMemoryBytes() {
    Optional<Long> mebibytes =
        Optional.ofNullable(labels.get("nvidia.com/gpu.memory"))
            .filter(text -> text.matches("[0-9]{1,9}"))
            .map(text -> Long.parseLong(text) << 20);
    return mebibytes.orElseGet(() -> {
      Matcher size = GPU_SIZE.matcher(gpuProduct().orElse(""));
      return size.find() ? Long.parseLong(size.group(1)) << 30 : 0L;
    });
  }

  public Optional<String> instanceType() {
    return Optional.ofNullable(labels.get("node.kubernetes.io/instance-type"));
  }
}
