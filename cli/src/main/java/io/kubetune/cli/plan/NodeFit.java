package io.kubetune.cli.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.kubetune.cli.inspect.cluster.NodeFacts;
import io.kubetune.cli.request.PodRequest;
import io.kubetune.cli.request.Toleration;
import io.kubetune.cli.terminal.Bytes;
import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which of a cluster's nodes take a plan's pod: pure, by labels, taints and size.
///
/// ```
/// new NodeFit(plan, seen).free()
/// ```
///
/// @param seen all nodes; empty where this user may not see them
public record NodeFit(TunePlan plan, Optional<List<NodeFacts>> seen) {
  /// What the publisher asks for beside the trainer: `templates/manifests/job.yaml`.
  private static final long PUBLISHER_CPU_MILLIS = 100;

  private static final long PUBLISHER_MEMORY_BYTES = 256L << 20;

  List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    if (seen.isEmpty() || !plan.request().pod().affinity().isEmpty()) {
      // Nodes that can't be seen, and affinities, are the scheduler's to judge.
      return problems;
    }
    List<NodeFacts> eligible = eligible();
    if (eligible.isEmpty()) {
      problems.add(
          new Problem(
              "nodes",
              "none of %d nodes takes this pod: %s".formatted(seen.get().size(), whyNone()),
              "--node-selector, --toleration"));
      return problems;
    }
    if (eligible.stream().anyMatch(this::holds)) {
      return problems;
    }
    PodResources wanted = plan.resources();
    if (wanted.gpus() > 0) {
      long most =
          eligible.stream()
              .mapToLong(n -> n.gpus().getOrDefault(wanted.gpuResource(), 0L))
              .max()
              .orElse(0);
      if (most < wanted.gpus()) {
        problems.add(
            new Problem(
                "--gpus " + wanted.gpus(),
                most == 0
                    ? "no node that takes this pod has a " + wanted.gpuResource()
                    : "no node that takes this pod has more than "
                        + most
                        + " "
                        + wanted.gpuResource(),
                most == 0 ? "--gpus 0 trains on the CPU" : "--gpus " + most));
      }
    }
    long cpu = eligible.stream().mapToLong(NodeFacts::cpuMillis).max().orElse(0);
    if (cpu < cpuMillis()) {
      problems.add(
          new Problem(
              "--cpu " + wanted.cpu(),
              "the largest node has %.1f CPUs for pods".formatted(cpu / 1000.0),
              "--cpu " + Math.max(1, (cpu - PUBLISHER_CPU_MILLIS) / 1000)));
    }
    long memory = eligible.stream().mapToLong(NodeFacts::memoryBytes).max().orElse(0);
    if (memory < memoryBytes()) {
      problems.add(
          new Problem(
              "memory " + wanted.memory(),
              "the largest node has " + Bytes.text(memory) + " for pods",
              FittingSettings.words(plan, memory - PUBLISHER_MEMORY_BYTES)));
    }
    if (problems.isEmpty()) {
      problems.add(
          new Problem(
              "resources",
              "no single node has all of cpu "
                  + wanted.cpu()
                  + ", memory "
                  + wanted.memory()
                  + (wanted.gpus() > 0 ? ", " + wanted.gpus() + " " + wanted.gpuResource() : ""),
              "ask for less of one of them"));
    }
    return problems;
  }

  /// Nodes that would take the pod were they empty, by taints and labels.
  public List<NodeFacts> eligible() {
    return seen.orElse(List.of()).stream()
        .filter(NodeFacts::ready)
        .filter(this::isSelected)
        .filter(each -> each.taints().stream().allMatch(this::isBorne))
        .toList();
  }

  /// Of those, the ones with room now.
  public List<NodeFacts> free() {
    return eligible().stream()
        .filter(each ->
            each.freeCpuMillis() >= cpuMillis()
                && each.freeMemoryBytes() >= memoryBytes()
                && each.freeGpus().getOrDefault(plan.resources().gpuResource(), 0L)
                    >= plan.resources().gpus())
        .toList();
  }

  private boolean holds(NodeFacts node) {
    return node.cpuMillis() >= cpuMillis()
        && node.memoryBytes() >= memoryBytes()
        && node.gpus().getOrDefault(plan.resources().gpuResource(), 0L) >= plan.resources().gpus();
  }

  private boolean isSelected(NodeFacts node) {
    PodRequest pod = plan.request().pod();
    return node.labels().entrySet().containsAll(pod.nodeSelector().entrySet())
        && pod.instanceType()
            .map(type -> node.instanceType().equals(Optional.of(type)))
            .orElse(true);
  }

  private boolean isBorne(Taint taint) {
    boolean gpuTaint =
        plan.resources().gpus() > 0
            && (taint.getKey().equals(plan.resources().gpuResource())
                || taint.getKey().equals("sku") && "gpu".equals(taint.getValue()));
    return gpuTaint
        || plan.request().pod().tolerations().stream().anyMatch(each -> bears(each, taint));
  }

  private static boolean bears(Toleration toleration, Taint taint) {
    boolean value =
        toleration.value().isEmpty()
            || toleration.value().equals(Optional.ofNullable(taint.getValue()));
    boolean effect =
        toleration.effect().isEmpty()
            || toleration.effect().equals(Optional.ofNullable(taint.getEffect()));
    return toleration.key().equals(taint.getKey()) && value && effect;
  }

  private String whyNone() {
    List<NodeFacts> all = seen.orElseThrow();
    long away = all.stream().filter(each -> !each.ready()).count();
    long others = all.stream().filter(NodeFacts::ready).filter(each -> !isSelected(each)).count();
    List<String> why = new ArrayList<>();
    if (away > 0) {
      why.add(away + " not ready or cordoned");
    }
    if (others > 0) {
      why.add(others + " without the label that is asked for");
    }
    all.stream()
        .filter(NodeFacts::ready)
        .filter(this::isSelected)
        .flatMap(each -> each.taints().stream())
        .filter(each -> !isBorne(each))
        .map(each ->
            "tainted "
                + each.getKey()
                + Optional.ofNullable(each.getValue())
                    .filter(v -> !v.isEmpty())
                    .map(v -> "=" + v)
                    .orElse(""))
        .distinct()
        .forEach(why::add);
    return String.join(", ", why);
  }

  long cpuMillis() {
    return Quantity.getAmountInBytes(new Quantity(plan.resources().cpu()))
            .movePointRight(3)
            .longValue()
        + PUBLISHER_CPU_MILLIS;
  }

  long memoryBytes() {
    return Quantity.getAmountInBytes(new Quantity(plan.resources().memory())).longValue()
        + PUBLISHER_MEMORY_BYTES;
  }

  /// CPUs for a request that names none: those of the largest node that takes the pod, at most
  /// `wanted`, and at least one.
  public long cpusThatFit(long wanted) {
    long largest = eligible().stream().mapToLong(NodeFacts::cpuMillis).max().orElse(Long.MAX_VALUE);
    return Math.max(1, Math.min(wanted, (largest - PUBLISHER_CPU_MILLIS) / 1000));
  }
}
