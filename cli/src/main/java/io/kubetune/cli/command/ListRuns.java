package io.kubetune.cli.command;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.terminal.Durations;
import io.kubetune.cli.terminal.Output;
import io.kubetune.cli.terminal.Table;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.EventText;
import io.kubetune.cli.watch.RunView;
import io.kubetune.contract.ExitCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `kubectl tune list`: all runs of this machine.
@Command(
    name = "list",
    header = "List runs.",
    footer = {"  kubectl tune list", "  kubectl tune list -o wide", "  kubectl tune list -o name"})
final class ListRuns implements Callable<Integer> {
  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  ListRuns(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Terminal terminal = surroundings.terminal();
    List<RunFolder> runs = surroundings.runs().list();
    switch (output.format()) {
      case NAME -> runs.forEach(run -> terminal.out().println("run/" + run.name()));
      case JSON, YAML -> output.print(items(runs), terminal);
      case TABLE, WIDE -> {
        if (runs.isEmpty()) {
          terminal.err().println("No runs found in " + surroundings.runs().root() + ".");
        } else {
          table(runs).print(terminal.out());
        }
      }
    }
    return ExitCode.OK.code();
  }

  private static ObjectNode items(List<RunFolder> runs) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode items = json.putArray("items");
    runs.forEach(run -> items.add(RunView.of(run).toJson()));
    return json;
  }

  private Table table(List<RunFolder> runs) {
    boolean wide = output.format() == Output.WIDE;
    Table table =
        wide
            ? new Table("NAME", "RUNTIME", "STATUS", "STEPS", "LOSS", "AGE", "MODEL", "IMAGE")
            : new Table("NAME", "RUNTIME", "STATUS", "STEPS", "LOSS", "AGE");
    for (RunFolder run : runs) {
      RunView view = RunView.of(run);
      String name = view.record().name().value();
      String phase = view.state().phase().toString();
      String loss = view.progress().step().map(e -> EventText.loss(e.loss())).orElse("");
      String age = Durations.age(Duration.between(view.record().created(), Instant.now()));
      if (wide) {
        String image = view.state().image().map(i -> i.reference()).orElse("");
        table.row(name, "local", phase, view.steps(), loss, age, view.record().model(), image);
      } else {
        table.row(name, "local", phase, view.steps(), loss, age);
      }
    }
    return table;
  }
}
