package io.kubetune.cli.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.kubetune.cli.inspect.cluster.ClusterFacts;
import io.kubetune.cli.inspect.cluster.Permission;
import io.kubetune.cli.inspect.cluster.QuotaFacts;
import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.terminal.Bytes;
import io.kubetune.contract.Problem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Whether a plan fits a cluster: pure, from the plan and what was seen.
///
/// ```
/// new ClusterFit(plan, facts).problems() // empty: nothing speaks against it
/// ```
public record ClusterFit(TunePlan plan, ClusterFacts facts) {
  /// The nodes' side of it.
  public NodeFit room() {
    return new NodeFit(plan, facts.nodes());
  }

  /// Everything that speaks against it, all at once: rights first, then room.
  public List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    if (!facts.namespaceExists()) {
      problems.add(
          new Problem(
              "--namespace",
              "there is no such namespace",
              "name another one, or make it:\n  kubectl create namespace NAME"));
    }
    rights(problems);
    switch (plan.request().runtime()) {
      case JOB -> {
        queue(problems);
        room().problems().forEach(problems::add);
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

  private void quotas(List<Problem> problems) {
    Map<String, BigDecimal> needed = new LinkedHashMap<>();
    BigDecimal cpu = BigDecimal.valueOf(room().cpuMillis()).movePointLeft(3);
    BigDecimal memory = BigDecimal.valueOf(room().memoryBytes());
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
                  "ask for less, or delete old runs; what is in use:\n  kubectl describe quota "
                      + quota.name()));
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
}
