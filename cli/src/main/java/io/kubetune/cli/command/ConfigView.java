package io.kubetune.cli.command;

import io.kubetune.cli.request.UserConfig;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `kubectl tune config view`.
@Command(
    name = "view",
    header = "Show all defaults and where they stand.",
    footer = {"  kubectl tune config view", "  kubectl tune config view -o json"})
final class ConfigView implements Callable<Integer> {
  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  ConfigView(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Map<String, String> values = UserConfig.of(surroundings.environment()).values();
    Terminal terminal = surroundings.terminal();
    switch (output.format()) {
      case JSON, YAML -> {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        values.forEach(json::put);
        output.print(json, terminal);
      }
      case NAME -> values.keySet().forEach(terminal.out()::println);
      case TABLE, WIDE -> {
        Table table = new Table("KEY", "VALUE");
        values.forEach(table::row);
        table.print(terminal);
        terminal.say("From " + UserConfig.file(surroundings.environment()));
      }
    }
    return ExitCode.OK.code();
  }
}
