package io.kubetune.cli.command;

import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Colour;
import io.kubetune.cli.terminal.Durations;
import io.kubetune.cli.terminal.Labels;
import io.kubetune.cli.terminal.Remedy;
import io.kubetune.cli.terminal.Sparkline;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.EventText;
import io.kubetune.cli.watch.RunProgress;
import io.kubetune.cli.watch.cluster.Explanation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The one screen of `status`: labels in a column, values beside them, for runs of any runtime.
///
/// ```
/// StatusPage page = new StatusPage(terminal);
/// page.line("Name", "first");
/// ```
record StatusPage(Terminal terminal) {
  private static final int MOST_SPARKS = 60;

  void line(String label, String value) {
    new Labels(terminal).line(label, value);
  }

  void lines(String label, List<String> values) {
    new Labels(terminal).lines(label, values);
  }

  void state(RunState state) {
    line("Status", colour(state.phase()).onOut(terminal, state.phase().toString()));
    if (!state.message().isEmpty()) {
      line("Reason", state.message());
    }
  }

  void age(Instant created) {
    line("Age", Durations.age(Duration.between(created, Instant.now())));
  }

  void progress(RunProgress progress, String steps, RunState state) {
    progress.started().ifPresent(e -> line("Training", EventText.of(e)));
    progress
        .step()
        .ifPresent(e -> {
          String eta = state.phase().isOver() ? "" : EventText.eta(progress);
          line("Steps", steps + "  " + EventText.of(e) + eta);
          if (terminal.drawing() != Terminal.Drawing.NONE) {
            int columns = Math.min(MOST_SPARKS, terminal.columns() - Labels.COLUMNS - 1);
            line("Loss", Sparkline.of(progress.losses(), columns, terminal.unicode()));
          }
        });
    progress.before().ifPresent(e -> line("Eval before", EventText.result(e)));
    progress.after().ifPresent(e -> line("Eval after", EventText.result(e)));
  }

  void image(RunState state) {
    state
        .image()
        .ifPresent(image -> {
          line("Image", image.reference());
          if (!image.digest().isEmpty()) {
            line("Digest", image.digest());
          }
        });
  }

  /// Reasons that the status does not tell already.
  void explanations(List<Explanation> all) {
    for (Explanation each : all) {
      line("Why", Colour.BOLD.onOut(terminal, each.words()));
      if (!each.remedy().isEmpty()) {
        line("", "try:" + Remedy.behind(each.remedy()));
      }
    }
  }

  /// @param where flags that find it again
  static String next(RunState state, String name, String where) {
    return switch (state.phase()) {
      case PENDING, RUNNING, PUBLISHING -> "kubectl tune logs -f " + name + where;
      case SUCCEEDED -> "kubectl tune pull-adapter " + name + where + " --to ./" + name;
      case STOPPED -> "kubectl tune resume " + name + where;
      case FAILED ->
          state.remedy().isEmpty() ? "kubectl tune logs --raw " + name + where : state.remedy();
    };
  }

  private static Colour colour(RunState.Phase phase) {
    return switch (phase) {
      case PENDING, RUNNING, PUBLISHING -> Colour.CYAN;
      case SUCCEEDED -> Colour.GREEN;
      case STOPPED -> Colour.BOLD;
      case FAILED -> Colour.RED;
    };
  }
}
