package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.cli.terminal.Prose;
import io.kubetune.contract.Event;
import java.time.Instant;

/// A run as lines, for a pipe, a file or a screen reader: one for each change of stage and about
/// twenty for all its steps.
///
/// ```
/// loading      2.7M llama + 98.3k lora, cpu with 2 threads, float32
/// training     step 3/60  loss 2.3100  1,234 tokens/s  ETA 0:00:40
/// ```
public final class LineNarrator implements Narrator {
  private static final int LINES_FOR_ALL_STEPS = 20;

  private static final int TEXT_COLUMN = 13;

  private final Lines lines;

  public LineNarrator(Lines lines) {
    this.lines = lines;
  }

  @Override
  public void stage(Stage stage, RunProgress progress, Instant time) {
    switch (stage) {
      case SCHEDULING, PULLING, DOWNLOADING, LOADING, PUBLISHING -> tell(stage, "…");
      case STARTING, EVALUATING_BEFORE, TRAINING, EVALUATING_AFTER, FINISHING -> {
        // The event that ends or makes these stages says more than their name.
      }
    }
  }

  @Override
  public void event(Event event, String line, RunProgress progress) {
    switch (event) {
      case Event.Started e -> tell(Stage.LOADING, EventText.of(e));
      case Event.Step e -> {
        if (isTold(e)) {
          String eta = e.step() < e.steps() ? EventText.eta(progress) : "";
          tell(Stage.TRAINING, "step " + e.step() + "/" + e.steps() + "  " + EventText.of(e) + eta);
        }
      }
      case Event.Evaluated e -> tell(Stage.EVALUATING_AFTER, EventText.of(e));
      case Event.Checkpointed e -> tell(Stage.TRAINING, EventText.of(e));
      case Event.Warned e -> lines.prose("warning: " + e.message(), Prose.INDENT);
      case Event.Completed e -> tell(Stage.FINISHING, "adapter in " + e.adapter());
      case Event.Failed e -> lines.prose("failed: " + e.message(), Prose.INDENT);
    }
  }

  private static boolean isTold(Event.Step e) {
    int stride = Math.max(1, e.steps() / LINES_FOR_ALL_STEPS);
    return e.step() == 1 || e.step() % stride == 0 || e.step() == e.steps() || e.skipped();
  }

  @Override
  public void log(String line) {
    // `--raw` shows the trainer's own talk.
  }

  @Override
  public void say(String message) {
    lines.prose(message, Prose.INDENT);
  }

  @Override
  public void caughtUp() {
    lines.caughtUp();
  }

  @Override
  public void end(RunState state, RunProgress progress, Instant time) {
    state.image().ifPresent(i -> tell(Stage.PUBLISHING, i.reference() + "@" + i.digest()));
    if (!state.message().isEmpty()) {
      lines.prose(state.message(), Prose.INDENT);
    }
    lines.accept(state.phase().toString());
  }

  @Override
  public boolean isUnheard() {
    return lines.isClosed();
  }

  private void tell(Stage stage, String text) {
    lines.prose("%-12s %s".formatted(stage, text), TEXT_COLUMN);
  }
}
