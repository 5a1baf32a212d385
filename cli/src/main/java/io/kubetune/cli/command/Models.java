package io.kubetune.cli.command;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Quantity;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.cli.model.Preset;
import io.kubetune.cli.model.Presets;
import io.kubetune.cli.plan.ModelNeeds;
import io.kubetune.cli.terminal.Bytes;
import io.kubetune.cli.terminal.Output;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.NearestName;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `kubectl tune models`: the models that have a name of one word.
@Command(
    name = "models",
    header = "List the models that go by one word, and what they need.",
    footer = {
      "  kubectl tune models",
      "  kubectl tune models phi-4",
      "  kubectl tune models phi-4 -o yaml"
    })
final class Models implements Callable<Integer> {
  /// Lengths of documents that memory is told for.
  private static final int[] TOKENS = {1024, 4096};

  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description = "one model, with all that is known")
  private String name;

  @Mixin private OutputOption output;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  Models(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Terminal terminal = surroundings.terminal();
    List<Preset> presets = name == null ? Presets.all() : List.of(find());
    switch (output.format()) {
      case NAME -> presets.forEach(preset -> terminal.out().println(preset.name()));
      case JSON, YAML -> output.print(name == null ? items(presets) : json(find()), terminal);
      case TABLE, WIDE -> {
        if (name == null) {
          table(presets).print(terminal.out());
        } else {
          page(find());
        }
      }
    }
    return ExitCode.OK.code();
  }

  private Preset find() {
    List<String> names = Presets.all().stream().map(Preset::name).toList();
    return Presets.find(name)
        .orElseThrow(() ->
            new TuneException(
                ExitCode.NOT_FOUND,
                "can't show the model",
                name,
                "no model of this name",
                NearestName.among(names, name)
                    .map(near -> "did you mean '" + near + "'?")
                    .orElse("kubectl tune models lists them")));
  }

  private Table table(List<Preset> presets) {
    boolean wide = output.format() == Output.WIDE;
    List<String> columns =
        new ArrayList<>(
            List.of("NAME", "PARAMETERS", "LORA 1K", "LORA 4K", "QLORA 1K", "QLORA 4K", "LICENCE"));
    if (wide) {
      columns.addAll(List.of("CONTEXT", "TARGETS", "GATED", "KAITO", "REPOSITORY"));
    }
    Table table = new Table(columns.toArray(String[]::new));
    for (Preset each : presets) {
      List<String> row = new ArrayList<>();
      row.add(each.name());
      row.add(String.format(Locale.ROOT, "%.2fB", each.dimensions().parameters() / 1e9));
      for (ModelNeeds.Method method : ModelNeeds.Method.values()) {
        for (int tokens : TOKENS) {
          row.add(Bytes.text(new ModelNeeds(each.dimensions()).bytes(method, tokens)));
        }
      }
      row.add(each.licence());
      if (wide) {
        row.add(String.valueOf(each.dimensions().contextTokens()));
        row.add(String.join(",", each.defaultTargets()));
        row.add(each.gated() ? "yes" : "no");
        row.add(each.kaito() ? "yes" : "no");
        row.add(each.repository());
      }
      table.row(row.toArray(String[]::new));
    }
    return table;
  }

  private void page(Preset preset) {
    ModelDimensions model = preset.dimensions();
    PrintStream out = surroundings.terminal().out();
    out.println(preset.name() + ": " + preset.repository());
    out.printf(
        Locale.ROOT,
        "Parameters:  %,d (%s, %d layers of width %d)%n",
        model.parameters(),
        model.modelType(),
        model.layers(),
        model.hidden());
    out.printf(Locale.ROOT, "Context:     %,d tokens%n", model.contextTokens());
    out.println(
        "Licence:     "
            + preset.licence()
            + (preset.gated() ? ", gated: accept it on the hub, and give a token (HF_TOKEN)" : ""));
    out.println("Targets:     " + String.join(", ", preset.defaultTargets()));
    out.println("KAITO:       " + (preset.kaito() ? "tunes it under this name" : "no"));
    out.println("Chat format: the template of its tokenizer_config.json");
    out.println();
    Table memory = new Table("MEMORY", "1,024 TOKENS", "4,096 TOKENS");
    for (ModelNeeds.Method method : ModelNeeds.Method.values()) {
      ModelNeeds needs = new ModelNeeds(model);
      memory.row(
          method.name(),
          Bytes.text(needs.bytes(method, TOKENS[0])),
          Bytes.text(needs.bytes(method, TOKENS[1])));
    }
    memory.print(out);
    nodes(new ModelNeeds(model), out);
  }

  /// Where it would fit, in a cluster that is there and lets itself be asked.
  private void nodes(ModelNeeds needs, PrintStream out) {
    long least = needs.bytes(ModelNeeds.Method.QLORA, TOKENS[0]);
    try (Cluster cluster = Cluster.connect(where.flags(), surroundings.environment())) {
      List<String> fitting =
          cluster.client().nodes().list().getItems().stream()
              .filter(node -> memory(node) >= least)
              .map(node -> node.getMetadata().getName())
              .toList();
      out.println();
      out.println(
          fitting.isEmpty()
              ? "No node of " + cluster.contextName() + " has memory for QLoRA of it on the CPU"
              : "QLoRA of it on the CPU fits on: " + String.join(", ", fitting));
    } catch (RuntimeException e) {
      // No cluster, or none that shows its nodes: there is nothing to say of it.
    }
  }

  private static long memory(Node node) {
    Map<String, Quantity> allocatable =
        Optional.ofNullable(node.getStatus().getAllocatable()).orElse(Map.of());
    Quantity memory = allocatable.get("memory");
    return memory == null ? 0 : Quantity.getAmountInBytes(memory).longValue();
  }

  private static ObjectNode items(List<Preset> presets) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode items = json.putArray("items");
    presets.forEach(preset -> items.add(json(preset)));
    return json;
  }

  private static ObjectNode json(Preset preset) {
    ModelDimensions model = preset.dimensions();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", preset.name());
    json.put("repository", preset.repository());
    json.put("licence", preset.licence());
    json.put("gated", preset.gated());
    json.put("kaito", preset.kaito());
    json.put("modelType", model.modelType());
    json.put("parameters", model.parameters());
    json.put("contextTokens", model.contextTokens());
    json.put("hidden", model.hidden());
    json.put("layers", model.layers());
    json.put("heads", model.heads());
    json.put("keyValueHeads", model.keyValueHeads());
    json.put("vocabulary", model.vocabulary());
    ArrayNode targets = json.putArray("defaultTargets");
    preset.defaultTargets().forEach(targets::add);
    ObjectNode memory = json.putObject("memoryBytes");
    for (ModelNeeds.Method method : ModelNeeds.Method.values()) {
      ObjectNode byTokens = memory.putObject(method.name().toLowerCase(Locale.ROOT));
      for (int tokens : TOKENS) {
        byTokens.put(String.valueOf(tokens), new ModelNeeds(model).bytes(method, tokens));
      }
    }
    return json;
  }
}
