package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.inspect.cluster.ClusterFacts;
import io.kubetune.cli.inspect.cluster.NodeFacts;
import io.kubetune.cli.inspect.cluster.Permission;
import io.kubetune.cli.terminal.Bytes;
import io.kubetune.cli.terminal.Colour;
import io.kubetune.cli.terminal.Remedy;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `kubectl tune doctor`: what works in this cluster for this user, and what does not.
@Command(
    name = "doctor",
    header = "Say what works in this cluster, and what does not.",
    description = {
      "",
      "Nothing is written. Ends with 8 where something that kubectl tune create --runtime job needs is"
          + " missing."
    },
    footer = {"  kubectl tune doctor", "  kubectl tune doctor -n ml -o json"})
final class Doctor implements Callable<Integer> {
  /// podFailurePolicy is stable from here on, and on by default from 1.26.
  private static final int OLDEST_MINOR = 26;

  /// How a check came out.
  enum Verdict {
    OK,
    WARN,
    MISSING,
    UNKNOWN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// @param remedy what to do; empty where nothing is to be done
  record Check(String name, Verdict verdict, String detail, String remedy) {}

  @Mixin private OutputOption output;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  Doctor(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    List<Check> checks;
    try (Cluster cluster = surroundings.cluster(where.flags())) {
      checks = checks(cluster, ClusterFacts.read(cluster));
    }
    Terminal terminal = surroundings.terminal();
    switch (output.format()) {
      case NAME -> checks.forEach(each -> terminal.out().println(each.name()));
      case JSON, YAML -> output.print(json(checks), terminal);
      case TABLE, WIDE -> print(checks, terminal);
    }
    boolean works = checks.stream().noneMatch(each -> each.verdict() == Verdict.MISSING);
    return (works ? ExitCode.OK : ExitCode.CLUSTER).code();
  }

  private static List<Check> checks(Cluster cluster, ClusterFacts facts) {
    List<Check> checks = new ArrayList<>();
    checks.add(
        new Check(
            "connection",
            Verdict.OK,
            cluster.server()
                + (cluster.contextName().isEmpty() ? "" : ", context " + cluster.contextName()),
            ""));
    checks.add(version(facts));
    checks.add(
        facts.namespaceExists()
            ? new Check("namespace", Verdict.OK, cluster.namespace(), "")
            : new Check(
                "namespace",
                Verdict.MISSING,
                "there is no " + cluster.namespace(),
                "kubectl create namespace " + cluster.namespace()));
    checks.add(
        new Check(
            "pod security",
            Verdict.OK,
            facts.podSecurity().orElse("no level is enforced, or it can't be seen")
                + "; runs meet restricted",
            ""));
    permissions(facts, checks);
    nodes(facts, checks);
    api(facts, checks, "KAITO", ClusterFacts.KAITO, "--runtime kaito");
    api(facts, checks, "Kueue", ClusterFacts.KUEUE, "--queue");
    checks.add(
        facts
            .defaultStorageClass()
            .map(name -> new Check("storage", Verdict.OK, "default class " + name, ""))
            .orElseGet(() ->
                facts.storageClasses().isEmpty()
                    ? new Check("storage", Verdict.UNKNOWN, "storage classes can't be seen", "")
                    : new Check(
                        "storage",
                        Verdict.WARN,
                        "no default storage class",
                        "a claim for --checkpoint-claim needs a class or a volume of its own")));
    facts
        .quotas()
        .forEach(quota ->
            checks.add(
                new Check(
                    "quota " + quota.name(),
                    quota.left().values().stream().anyMatch(left -> left.signum() <= 0)
                        ? Verdict.WARN
                        : Verdict.OK,
                    left(quota.left()),
                    "")));
    return checks;
  }

  private static String left(Map<String, java.math.BigDecimal> left) {
    List<String> words = new ArrayList<>();
    left.forEach((name, amount) ->
        words.add(
            name
                + " "
                + (name.contains("memory")
                    ? Bytes.text(amount.longValue())
                    : amount.stripTrailingZeros().toPlainString())));
    return "left: " + String.join(", ", words);
  }

  private static Check version(ClusterFacts facts) {
    String[] parts = facts.version().split("[.+-]", -1);
    int minor = parts.length > 1 && parts[1].matches("[0-9]+") ? Integer.parseInt(parts[1]) : 0;
    return minor >= OLDEST_MINOR
        ? new Check("version", Verdict.OK, "Kubernetes " + facts.version(), "")
        : new Check(
            "version",
            Verdict.MISSING,
            "Kubernetes " + facts.version(),
            "podFailurePolicy of Jobs needs 1." + OLDEST_MINOR);
  }

  private static void permissions(ClusterFacts facts, List<Check> checks) {
    Map<String, List<Permission>> targets = new TreeMap<>();
    facts
        .permissions()
        .forEach(each -> targets.computeIfAbsent(each.target(), _ -> new ArrayList<>()).add(each));
    targets.forEach((target, all) -> {
      List<String> refused =
          all.stream().filter(each -> !each.allowed()).map(Permission::verb).toList();
      String verbs = String.join(", ", all.stream().map(Permission::verb).toList());
      boolean needed = target.startsWith("jobs") || target.equals("configmaps");
      checks.add(
          refused.isEmpty()
              ? new Check("may use " + target, Verdict.OK, verbs, "")
              : new Check(
                  "may use " + target,
                  needed ? Verdict.MISSING : Verdict.WARN,
                  "not " + String.join(", ", refused),
                  "templates/rbac/kubectl-tune-user.yaml"));
    });
  }

  private static void nodes(ClusterFacts facts, List<Check> checks) {
    if (facts.nodes().isEmpty()) {
      checks.add(
          new Check(
              "nodes",
              Verdict.UNKNOWN,
              "they can't be seen",
              "templates/rbac/kubectl-tune-cluster.yaml; runs work without it"));
      return;
    }
    List<NodeFacts> ready = facts.nodes().get().stream().filter(NodeFacts::ready).toList();
    long cpu = ready.stream().mapToLong(NodeFacts::freeCpuMillis).max().orElse(0);
    long memory = ready.stream().mapToLong(NodeFacts::freeMemoryBytes).max().orElse(0);
    checks.add(
        new Check(
            "nodes",
            ready.isEmpty() ? Verdict.MISSING : Verdict.OK,
            "%d of %d take pods; at most %.1f CPUs and %s are free on one"
                .formatted(
                    ready.size(), facts.nodes().get().size(), cpu / 1000.0, Bytes.text(memory)),
            ""));
    Map<String, long[]> gpus = new TreeMap<>();
    for (NodeFacts node : ready) {
      node.gpus()
          .forEach((name, count) -> {
            String product = node.gpuProduct().map(p -> " (" + p + ")").orElse("");
            long[] sums = gpus.computeIfAbsent(name + product, _ -> new long[3]);
            sums[0] += count;
            sums[1] += node.freeGpus().get(name);
            sums[2]++;
          });
    }
    if (gpus.isEmpty()) {
      checks.add(new Check("GPUs", Verdict.WARN, "no node has any", "runs train on the CPU"));
    }
    gpus.forEach((name, sums) ->
        checks.add(
            new Check(
                "GPUs",
                sums[1] > 0 ? Verdict.OK : Verdict.WARN,
                "%s: %d on %s, %d free"
                    .formatted(
                        name, sums[0], sums[2] == 1 ? "1 node" : sums[2] + " nodes", sums[1]),
                sums[1] > 0 ? "" : "all are taken: a run would wait")));
  }

  private static void api(
      ClusterFacts facts, List<Check> checks, String name, String group, String option) {
    checks.add(
        facts.serves(group)
            ? new Check(name, Verdict.OK, option + " works", "")
            : new Check(name, Verdict.OK, "not installed; " + option + " needs it", ""));
  }

  private static void print(List<Check> checks, Terminal terminal) {
    Table table = new Table("CHECK", "STATUS", "DETAIL");
    for (Check each : checks) {
      table.row(
          each.name(),
          each.verdict().toString(),
          each.detail() + (each.remedy().isEmpty() ? "" : "; try:" + Remedy.behind(each.remedy())));
    }
    table.printProse(terminal);
    long missing = checks.stream().filter(each -> each.verdict() == Verdict.MISSING).count();
    String things = missing == 1 ? "1 thing is" : missing + " things are";
    terminal.say(
        missing == 0
            ? Colour.GREEN.on(terminal, "kubectl tune create works here.")
            : Colour.RED.on(terminal, things + " missing for kubectl tune create."));
  }

  private static ObjectNode json(List<Check> checks) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode items = json.putArray("checks");
    checks.forEach(each ->
        items
            .addObject()
            .put("name", each.name())
            .put("status", each.verdict().toString())
            .put("detail", each.detail())
            .put("remedy", each.remedy()));
    return json;
  }
}
