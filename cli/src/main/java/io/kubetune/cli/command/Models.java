package io.kubetune.cli.command;

import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.cli.model.Preset;
import io.kubetune.cli.model.Presets;
import io.kubetune.cli.plan.ModelNeeds;
import io.kubetune.cli.terminal.Bytes;
import io.kubetune.cli.terminal.Labels;
import io.kubetune.cli.terminal.Output;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.EventText;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.NearestName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
          table(presets);
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
                    .orElse("see those that there are:\n  kubectl tune models")));
  }

  private void table(List<Preset> presets) {
    Optional<LargestRoom> room = LargestRoom.of(live());
    boolean wide = output.format() == Output.WIDE;
    List<String> columns = new ArrayList<>(List.of("NAME", "PARAMS", "LORA 1K/4K", "QLORA 1K/4K"));
    room.ifPresent(_ -> columns.add("FITS"));
    columns.add("LICENCE");
    if (wide) {
      columns.addAll(List.of("CONTEXT", "GATED", "KAITO", "REPOSITORY", "TARGETS"));
    }
    Table table = new Table(columns.toArray(String[]::new));
    for (Preset each : presets) {
      ModelNeeds needs = new ModelNeeds(each.dimensions());
      List<String> row = new ArrayList<>();
      row.add(each.name());
      row.add(EventText.count(each.dimensions().parameters()));
      for (ModelNeeds.Method method : ModelNeeds.Method.values()) {
        row.add(gibibytes(needs, method));
      }
      room.ifPresent(there -> row.add(there.where(needs)));
      row.add(each.licence());
      if (wide) {
        row.add(String.valueOf(each.dimensions().contextTokens()));
        row.add(each.gated() ? "yes" : "no");
        row.add(each.kaito() ? "yes" : "no");
        row.add(each.repository());
        row.add(String.join(", ", each.defaultTargets()));
      }
      table.row(row.toArray(String[]::new));
    }
    table.printProse(surroundings.terminal());
    room.ifPresent(there ->
        surroundings
            .terminal()
            .say(
                "FITS: where "
                    + there.context()
                    + " has memory for QLoRA of it at 1,024 tokens, on one GPU or one node's CPU."));
  }

  /// At both lengths in one cell, which lets a row fit 80 columns.
  private static String gibibytes(ModelNeeds needs, ModelNeeds.Method method) {
    return Arrays.stream(TOKENS)
        .mapToObj(tokens -> needs.bytes(method, tokens) / (double) (1 << 30))
        .map(size -> String.format(Locale.ROOT, size >= 100 ? "%.0f" : "%.1f", size))
        .collect(Collectors.joining("/", "", "Gi"));
  }

  private LiveNames live() {
    return LiveNames.forCommand(surroundings, where.flags());
  }

  private void page(Preset preset) {
    ModelDimensions model = preset.dimensions();
    Terminal terminal = surroundings.terminal();
    terminal.out().println(preset.name() + ": " + preset.repository());
    Labels page = new Labels(terminal);
    page.line(
        "Parameters",
        "%,d (%s, %d layers of width %d)"
            .formatted(model.parameters(), model.modelType(), model.layers(), model.hidden()));
    page.line("Context", "%,d tokens".formatted(model.contextTokens()));
    page.line(
        "Licence",
        preset.licence()
            + (preset.gated() ? ", gated: accept it on the hub, and give a token (HF_TOKEN)" : ""));
    page.line("Targets", String.join(", ", preset.defaultTargets()));
    page.line("KAITO", preset.kaito() ? "tunes it under this name" : "no");
    page.line("Chat format", "the template of its tokenizer_config.json");
    terminal.out().println();
    ModelNeeds needs = new ModelNeeds(model);
    Table memory = new Table("MEMORY", "1,024 TOKENS", "4,096 TOKENS");
    for (ModelNeeds.Method method : ModelNeeds.Method.values()) {
      memory.row(
          method.name(),
          Bytes.text(needs.bytes(method, TOKENS[0])),
          Bytes.text(needs.bytes(method, TOKENS[1])));
    }
    memory.print(terminal);
    LargestRoom.of(live())
        .ifPresent(there -> {
          terminal.out().println();
          terminal.print("What fits in " + there.context() + ":");
          page.line("One GPU", there.onGpu(needs));
          page.line("One node", there.onCpu(needs));
        });
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
