package io.kubetune.cli.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.kubetune.cli.inspect.cluster.ClusterFacts;
import io.kubetune.cli.inspect.cluster.NodeFacts;
import io.kubetune.cli.inspect.cluster.Permission;
import io.kubetune.cli.inspect.cluster.QuotaFacts;
import io.kubetune.cli.request.PodRequest;
import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.request.Toleration;
import io.kubetune.cli.terminal.Bytes;
import io.kubetune.contract.Problem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Whether a plan fits a cluster: pure, from the plan and what was seen.
///
/// ```
/// new ClusterFit(plan, facts).problems() // empty: nothing speaks against it
/// ```
public record ClusterFit(TunePlan plan, ClusterFacts facts) {
  /// What the publisher asks for beside the trainer: `templates/manifests/job.yaml`.
  private static final long PUBLISHER_CPU_MILLIS = 100;

  private static final long PUBLISHER_MEMORY_BYTES = 256L << 20;

  /// Everything that speaks against it, all at once: rights first, then room.
  public List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    if (!facts.namespaceExists()) {
      problems.add(
          new Problem(
              "--namespace",
              "there is no such namespace",
              "kubectl create namespace NAME, or name another one"));
    }
    rights(problems);
    switch (plan.request().runtime()) {
      case JOB -> {
        queue(problems);
        nodes(problems);
        quotas(problems);
        limits(problems);
      }
      case KAITO -> kaito(problems);
      case LOCAL -> {
        // No cluster is asked for a run of this machine.
      }
    }
    return problems;
  }

  private void rights(List<Problem> problems) {
    if (plan.request().runtime() != RuntimeKind.JOB) {
      return;
    }
    List<Permission> missing =
        facts.permissions().stream()
            .filter(each -> !each.allowed())
            .filter(each -> each.resource().equals("jobs") || each.resource().equals("configmaps"))
            .filter(each -> !each.verb().equals("list") && !each.verb().equals("delete"))
            .toList();
    if (missing.isEmpty()) {
      return;
    }
    Map<String, List<String>> verbs = new LinkedHashMap<>();
    missing.forEach(
        each -> verbs.computeIfAbsent(each.target(), _ -> new ArrayList<>()).add(each.verb()));
    List<String> words = new ArrayList<>();
    verbs.forEach((target, each) -> words.add(String.join(", ", each) + " " + target));
    problems.add(
        new Problem(
            "permissions",
            "you may not " + String.join("; ", words),
            "an administrator can apply templates/rbac/kubectl-tune-user.yaml in this namespace"));
  }

  private void queue(List<Problem> problems) {
    plan.request()
        .pod()
        .queue()
        .filter(_ -> !facts.serves(ClusterFacts.KUEUE))
        .ifPresent(queue ->
            problems.add(
                new Problem(
                    "--queue " + queue,
                    "Kueue is not installed in this cluster: the run would wait for ever",
                    "take it out")));
  }

  private void kaito(List<Problem> problems) {
    if (!facts.serves(ClusterFacts.KAITO)) {
      problems.add(
          new Problem(
              "--runtime kaito",
              "KAITO is not installed in this cluster (no API kaito.sh)",
              "--runtime job runs the same request without it"));
    }
  }

  private void nodes(List<Problem> problems) {
    if (facts.nodes().isEmpty() || !plan.request().pod().affinity().isEmpty()) {
      // Nodes that can't be seen, and affinities, are the scheduler's to judge.
      return;
    }
    List<NodeFacts> eligible = eligible();
    if (eligible.isEmpty()) {
      problems.add(
          new Problem(
              "nodes",
              "none of %d nodes takes this pod: %s"
                  .formatted(facts.nodes().get().size(), whyNone()),
              "--node-selector, --toleration"));
      return;
    }
    if (eligible.stream().anyMatch(this::holds)) {
      return;
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
  }

  /// Nodes that would take the pod were they empty, by taints and labels.
  public List<NodeFacts> eligible() {
    return facts.nodes().orElse(List.of()).stream()
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
    List<NodeFacts> all = facts.nodes().orElseThrow();
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

  private void quotas(List<Problem> problems) {
    Map<String, BigDecimal> needed = new LinkedHashMap<>();
    BigDecimal cpu = BigDecimal.valueOf(cpuMillis()).movePointLeft(3);
    BigDecimal memory = BigDecimal.valueOf(memoryBytes());
    needed.put("cpu", cpu);
    needed.put("requests.cpu", cpu);
    needed.put("memory", memory);
    needed.put("requests.memory", memory);
    needed.put("limits.memory", memory);
    needed.put("pods", BigDecimal.ONE);
    needed.put("count/jobs.batch", BigDecimal.ONE);
    needed.put(
        "requests." + plan.resources().gpuResource(), BigDecimal.valueOf(plan.resources().gpus()));
    for (QuotaFacts quota : facts.quotas()) {
      needed.forEach((name, amount) -> {
        BigDecimal left = quota.left().get(name);
        if (left != null && left.compareTo(amount) < 0) {
          problems.add(
              new Problem(
                  "quota " + quota.name(),
                  "%s: %s are left and the run needs %s"
                      .formatted(name, text(name, left), text(name, amount)),
                  "kubectl describe quota " + quota.name() + "; ask for less, or delete old runs"));
        }
      });
    }
  }

  private void limits(List<Problem> problems) {
    Map<String, BigDecimal> trainer =
        Map.of(
            "cpu", Quantity.getAmountInBytes(new Quantity(plan.resources().cpu())),
            "memory", Quantity.getAmountInBytes(new Quantity(plan.resources().memory())));
    trainer.forEach((name, amount) -> {
      BigDecimal most = facts.containerMaximum().get(name);
      if (most != null && most.compareTo(amount) < 0) {
        problems.add(
            new Problem(
                "LimitRange",
                "a container may have %s %s and the trainer needs %s"
                    .formatted(text(name, most), name, text(name, amount)),
                name.equals("memory")
                    ? FittingSettings.words(plan, most.longValue())
                    : "--cpu " + most.toBigInteger()));
      }
    });
  }

  private static String text(String name, BigDecimal amount) {
    return name.contains("memory")
        ? Bytes.text(amount.longValue())
        : amount.stripTrailingZeros().toPlainString();
  }

  private long cpuMillis() {
    return Quantity.getAmountInBytes(new Quantity(plan.resources().cpu()))
            .movePointRight(3)
            .longValue()
        + PUBLISHER_CPU_MILLIS;
  }

  private long memoryBytes() {
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
