package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.RunView;
import io.kubetune.cli.watch.cluster.ClusterView;
import io.kubetune.contract.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `kubectl tune status NAME`: one screen that says where a run stands and what to do next.
@Command(
    name = "status",
    header = "Show where a run stands.",
    footer = {
      "  kubectl tune status first",
      "  kubectl tune status first -o json",
      "  kubectl tune status job/first -n ml",
    })
final class Status implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "the run")
  private String name;

  @Mixin private OutputOption output;

  @Mixin private WhereOptions where;

  private final Surroundings surroundings;

  Status(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (NamedRun run = where.find(name, surroundings)) {
      switch (run) {
        case NamedRun.Here(RunFolder folder) -> show(RunView.of(folder));
        case NamedRun.There(Cluster cluster, ClusterRuns.Found found) ->
            show(ClusterView.read(cluster, found));
      }
    }
    return ExitCode.OK.code();
  }

  private void show(RunView view) {
    Terminal terminal = surroundings.terminal();
    switch (output.format()) {
      case NAME -> terminal.out().println("run/" + view.record().name());
      case JSON, YAML -> output.print(view.toJson(), terminal);
      case TABLE, WIDE -> print(view, terminal);
    }
  }

  private void show(ClusterView view) {
    Terminal terminal = surroundings.terminal();
    switch (output.format()) {
      case NAME -> terminal.out().println(view.run().run().reference());
      case JSON, YAML -> output.print(view.toJson(), terminal);
      case TABLE, WIDE -> print(view, terminal);
    }
  }

  /// Lays a run of this machine out for people.
  static void print(RunView view, Terminal terminal) {
    StatusPage page = new StatusPage(terminal);
    RunState state = view.state();
    page.line("Name", view.record().name().value());
    page.line("Runtime", "local");
    page.state(state);
    if (!view.record().labels().isEmpty()) {
      page.line("Labels", pairs(view.record().labels()));
    }
    page.age(view.record().created());
    page.line("Model", view.record().model());
    page.line("Data", view.record().data().name() + rows(view));
    page.progress(view.progress(), view.steps(), state);
    page.image(state);
    page.line("Results", view.folder().resultsFolder().toString());
    page.line("Log", view.folder().logFile().toString());
    page.line("Next", StatusPage.next(state, view.record().name().value(), ""));
  }

  /// The same for one in a cluster.
  static void print(ClusterView view, Terminal terminal) {
    StatusPage page = new StatusPage(terminal);
    RunState state = view.state();
    page.line("Name", view.run().run().name());
    page.line("Namespace", view.run().run().namespace());
    page.line("Runtime", view.run().run().isJob() ? "job" : "kaito");
    page.state(state);
    page.age(view.run().created());
    view.annotation("model").ifPresent(text -> page.line("Model", text));
    view.annotation("data").ifPresent(text -> page.line("Data", text));
    if (!view.resources().isEmpty()) {
      page.line("Resources", view.resources());
    }
    page.lines("Pods", view.pods());
    page.lines("Conditions", view.conditions());
    page.progress(view.progress(), view.steps(), state);
    page.image(state);
    if (state.phase() != RunState.Phase.SUCCEEDED) {
      page.lines("Warnings", view.warnings());
    }
    page.explanations(view.explanations());
    page.line(
        "Next",
        StatusPage.next(state, view.run().run().name(), " -n " + view.run().run().namespace()));
  }

  private static String pairs(Map<String, String> map) {
    return map.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .collect(Collectors.joining(","));
  }

  private static String rows(RunView view) {
    long eval = view.record().data().evalRows();
    return " ("
        + view.record().data().trainRows()
        + " rows"
        + (eval > 0 ? ", " + eval + " to evaluate on)" : ")");
  }
}
