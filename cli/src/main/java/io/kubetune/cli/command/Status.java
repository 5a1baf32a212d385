package io.kubetune.cli.command;

import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Colour;
import io.kubetune.cli.terminal.Durations;
import io.kubetune.cli.terminal.Sparkline;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.EventText;
import io.kubetune.cli.watch.RunProgress;
import io.kubetune.cli.watch.RunView;
import io.kubetune.contract.ExitCode;
import java.time.Duration;
import java.time.Instant;
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
    footer = {"  kubectl tune status first", "  kubectl tune status first -o json"})
final class Status implements Callable<Integer> {
  private static final int LABEL_COLUMNS = 13;
  private static final int MOST_SPARKS = 60;

  @Parameters(paramLabel = "NAME", description = "the run")
  private String name;

  @Mixin private OutputOption output;

  private final Surroundings surroundings;

  Status(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    RunView view = RunView.of(surroundings.run(name));
    Terminal terminal = surroundings.terminal();
    switch (output.format()) {
      case NAME -> terminal.out().println("run/" + view.record().name());
      case JSON, YAML -> output.print(view.toJson(), terminal);
      case TABLE, WIDE -> print(view, terminal);
    }
    return ExitCode.OK.code();
  }

  /// Lays a run out for people.
  static void print(RunView view, Terminal terminal) {
    RunProgress progress = view.progress();
    RunState state = view.state();
    line(terminal, "Name", view.record().name().value());
    line(terminal, "Runtime", "local");
    line(terminal, "Status", colour(state.phase()).on(terminal, state.phase().toString()));
    if (!state.message().isEmpty()) {
      line(terminal, "Reason", state.message());
    }
    if (!view.record().labels().isEmpty()) {
      line(terminal, "Labels", pairs(view.record().labels()));
    }
    line(terminal, "Age", Durations.age(Duration.between(view.record().created(), Instant.now())));
    line(terminal, "Model", view.record().model());
    line(terminal, "Data", view.record().data().name() + rows(view));
    progress.started().ifPresent(e -> line(terminal, "Training", EventText.of(e)));
    progress
        .step()
        .ifPresent(e -> {
          String eta = state.phase().isOver() ? "" : "  ETA " + EventText.eta(progress);
          line(terminal, "Steps", view.steps() + "  " + EventText.of(e) + eta);
          int columns = Math.min(MOST_SPARKS, terminal.columns() - LABEL_COLUMNS - 1);
          line(terminal, "Loss", Sparkline.of(progress.losses(), columns, terminal.unicode()));
        });
    progress.before().ifPresent(e -> line(terminal, "Eval before", EventText.of(e)));
    progress.after().ifPresent(e -> line(terminal, "Eval after", EventText.of(e)));
    state.image().ifPresent(i -> line(terminal, "Image", i.reference()));
    state.image().ifPresent(i -> line(terminal, "Digest", i.digest()));
    line(terminal, "Results", view.folder().resultsFolder().toString());
    line(terminal, "Log", view.folder().logFile().toString());
    line(terminal, "Next", next(view));
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

  private static Colour colour(RunState.Phase phase) {
    return switch (phase) {
      case PENDING -> Colour.YELLOW;
      case RUNNING, PUBLISHING -> Colour.CYAN;
      case SUCCEEDED -> Colour.GREEN;
      case STOPPED -> Colour.YELLOW;
      case FAILED -> Colour.RED;
    };
  }

  private static String next(RunView view) {
    String name = view.record().name().value();
    return switch (view.state().phase()) {
      case PENDING, RUNNING, PUBLISHING -> "kubectl tune logs -f " + name;
      case SUCCEEDED -> "kubectl tune pull-adapter " + name + " --to ./" + name;
      case STOPPED -> "kubectl tune resume " + name;
      case FAILED ->
          view.state().remedy().isEmpty()
              ? "kubectl tune logs --raw " + name
              : view.state().remedy();
    };
  }

  private static void line(Terminal terminal, String label, String value) {
    String padded = (label + ":") + " ".repeat(LABEL_COLUMNS - label.length() - 1);
    String aligned = value.replace("\n", "\n" + " ".repeat(LABEL_COLUMNS));
    terminal.out().println(padded + aligned);
  }
}
