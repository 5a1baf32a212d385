package io.kubetune.cli.command;

import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.cli.model.Preset;
import io.kubetune.cli.model.Presets;
import io.kubetune.cli.terminal.Output;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.contract.config.NearestName;
import java.util.List;
import java.util.Locale;
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
    header = "List the models that can be named in one word.",
    footer = {"  kubectl tune models", "  kubectl tune models phi-4 -o yaml"})
final class Models implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description = "one model, with all that is known")
  private String name;

  @Mixin private OutputOption output;

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
      case TABLE, WIDE -> table(presets).print(terminal.out());
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
    Table table =
        wide
            ? new Table("NAME", "PARAMETERS", "CONTEXT", "LICENCE", "GATED", "KAITO", "REPOSITORY")
            : new Table("NAME", "PARAMETERS", "CONTEXT", "LICENCE", "KAITO");
    for (Preset each : presets) {
      String parameters = String.format(Locale.ROOT, "%.2fB", each.dimensions().parameters() / 1e9);
      String context = String.valueOf(each.dimensions().contextTokens());
      String kaito = each.kaito() ? "yes" : "no";
      if (wide) {
        String gated = each.gated() ? "yes" : "no";
        table.row(
            each.name(), parameters, context, each.licence(), gated, kaito, each.repository());
      } else {
        table.row(each.name(), parameters, context, each.licence(), kaito);
      }
    }
    return table;
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
    return json;
  }
}
