package io.kubetune.cli.command;

import io.kubetune.cli.inspect.MachineFacts;
import io.kubetune.cli.inspect.cluster.NodeFacts;
import io.kubetune.cli.plan.MemoryEstimate;
import io.kubetune.cli.plan.TimeEstimate;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.plan.Workload;
import io.kubetune.cli.request.GpuPrices;
import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.terminal.Bytes;
import io.kubetune.cli.terminal.Durations;
import io.kubetune.cli.terminal.Remedy;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A plan as tables and as JSON.
///
/// ```
/// new PlanView(plan, workload, MachineFacts.here(), Optional.empty(), prices).print(terminal);
/// ```
///
/// @param prices of a GPU's hour, where the user has said them
/// @param seen the cluster that it would go to, where one was seen
record PlanView(
    TunePlan plan,
    Optional<Workload> workload,
    MachineFacts machine,
    Optional<ClusterPlan> seen,
    GpuPrices prices) {

  void print(Terminal terminal) {
    Table table = new Table("PLAN", "");
    facts().forEach(table::row);
    table.printProse(terminal);
    plan.memory()
        .ifPresent(memory -> {
          terminal.out().println();
          memory(memory).print(terminal);
        });
    seen.ifPresent(each -> inCluster(each, terminal));
    fits()
        .filter(fit -> !fit)
        .ifPresent(_ ->
            terminal.print(
                "\nThis machine has "
                    + Bytes.text(machine.memoryBytes())
                    + ": too little. Try --method qlora, --batch-size 1, a shorter --max-length"
                    + " or --set KubetuneConfig.memory=small."));
  }

  /// Where it would run now, and what speaks against it.
  private static void inCluster(ClusterPlan seen, Terminal terminal) {
    terminal.out().println();
    List<String> free = seen.fit().room().free().stream().map(NodeFacts::name).toList();
    if (seen.facts().nodes().isPresent()) {
      terminal.print(
          free.isEmpty()
              ? "No node has room for it now."
              : "Fits now on " + String.join(", ", free) + ".");
    } else {
      terminal.print("Whether a node has room can't be seen with these permissions.");
    }
    seen.problems()
        .forEach(problem ->
            terminal.print(
                problem.place()
                    + ": "
                    + problem.found()
                    + (problem.remedy().isEmpty()
                        ? ""
                        : "; try:" + Remedy.behind(problem.remedy()))));
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("run", plan.request().name());
    facts.put("runtime", plan.request().runtime().text());
    facts.put("method", plan.request().method().name().toLowerCase(Locale.ROOT));
    facts.put("model", plan.request().model().text());
    plan.model().ifPresent(model -> facts.put("parameters", "%,d".formatted(model.parameters())));
    plan.trainableParameters()
        .ifPresent(trainable -> facts.put("trainable", "%,d".formatted(trainable)));
    workload.ifPresent(work -> {
      facts.put("rows", "%,d, and %,d to evaluate on".formatted(work.trainRows(), work.evalRows()));
      facts.put("tokens", "about %,d an epoch".formatted(work.estimatedTokens()));
      facts.put("steps", "%,d".formatted(work.steps()));
    });
    time()
        .ifPresent(time ->
            facts.put("time", "about " + Durations.age(time.duration()) + ", " + time.basis()));
    cost().ifPresent(cost -> facts.put("cost", "about %.2f %s".formatted(cost, prices.currency())));
    if (plan.request().runtime() == RuntimeKind.JOB) {
      facts.put("cpu", plan.resources().cpu());
      facts.put("memory", plan.resources().memory());
      if (plan.resources().gpus() > 0) {
        facts.put(plan.resources().gpuResource(), String.valueOf(plan.resources().gpus()));
      }
      facts.put("trainer image", plan.images().trainer());
    }
    return facts;
  }

  private Optional<TimeEstimate> time() {
    return workload.flatMap(work -> TimeEstimate.of(plan, work, gpu()));
  }

  /// Of the nodes that it would run on.
  private Optional<String> gpu() {
    return seen.flatMap(each ->
        each.fit().room().eligible().stream()
            .filter(node -> node.gpus().containsKey(plan.resources().gpuResource()))
            .flatMap(node -> node.gpuProduct().stream())
            .findFirst());
  }

  /// Of the GPUs for as long as training takes; nobody prices CPUs by the hour.
  private Optional<Double> cost() {
    OptionalDouble hour = prices.ofHour(gpu());
    return plan.resources().gpus() > 0 && hour.isPresent()
        ? time()
            .map(time ->
                time.duration().toSeconds() / 3600.0 * plan.resources().gpus() * hour.getAsDouble())
        : Optional.empty();
  }

  private static Table memory(MemoryEstimate memory) {
    Table table = new Table("MEMORY AT ITS PEAK", "");
    table.row("weights", Bytes.text(memory.weightBytes()));
    table.row("adapter and gradients", Bytes.text(memory.adapterBytes()));
    table.row("optimizer", Bytes.text(memory.optimizerBytes()));
    table.row("activations", Bytes.text(memory.activationBytes()));
    table.row("logits", Bytes.text(memory.logitBytes()));
    table.row("runtime", Bytes.text(memory.runtimeBytes()));
    table.row("total, at most", Bytes.text(memory.totalBytes()));
    return table;
  }

  /// Whether a run on this machine has the memory it needs; empty for others.
  private Optional<Boolean> fits() {
    return plan.request().runtime() == RuntimeKind.LOCAL
        ? plan.memory().map(memory -> memory.totalBytes() <= machine.memoryBytes())
        : Optional.empty();
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", plan.request().name());
    json.put("runtime", plan.request().runtime().text());
    json.put("method", plan.request().method().name().toLowerCase(Locale.ROOT));
    json.put("model", plan.request().model().text());
    plan.model().ifPresent(model -> json.put("parameters", model.parameters()));
    plan.trainableParameters().ifPresent(count -> json.put("trainableParameters", count));
    workload.ifPresent(work -> {
      json.put("trainRows", work.trainRows());
      json.put("evalRows", work.evalRows());
      json.put("estimatedTokens", work.estimatedTokens());
      json.put("steps", work.steps());
    });
    time()
        .ifPresent(time ->
            json.put("estimatedSeconds", time.duration().toSeconds())
                .put("estimatedBy", time.basis()));
    cost().ifPresent(cost -> json.put("estimatedCost", cost).put("currency", prices.currency()));
    plan.memory()
        .ifPresent(memory -> {
          ObjectNode bytes = json.putObject("memoryBytes");
          bytes.put("weights", memory.weightBytes());
          bytes.put("adapter", memory.adapterBytes());
          bytes.put("optimizer", memory.optimizerBytes());
          bytes.put("activations", memory.activationBytes());
          bytes.put("logits", memory.logitBytes());
          bytes.put("runtime", memory.runtimeBytes());
          bytes.put("total", memory.totalBytes());
        });
    fits().ifPresent(fit -> json.put("fits", fit));
    if (plan.request().runtime() == RuntimeKind.JOB) {
      ObjectNode resources = json.putObject("resources");
      resources.put("cpu", plan.resources().cpu());
      resources.put("memory", plan.resources().memory());
      resources.put("gpus", plan.resources().gpus());
    }
    seen.ifPresent(each -> {
      ObjectNode cluster = json.putObject("cluster");
      ArrayNode nodes = cluster.putArray("freeNodes");
      each.fit().room().free().forEach(node -> nodes.add(node.name()));
      ArrayNode problems = cluster.putArray("problems");
      each.problems()
          .forEach(problem ->
              problems
                  .addObject()
                  .put("place", problem.place())
                  .put("found", problem.found())
                  .put("remedy", problem.remedy()));
    });
    return json;
  }
}
