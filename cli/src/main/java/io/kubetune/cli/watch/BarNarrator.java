package io.kubetune.cli.watch;

import io.kubetune.cli.submit.Outcome;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Bytes;
import io.kubetune.cli.terminal.Colour;
import io.kubetune.cli.terminal.StageBars;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.Event;
import java.time.Instant;
import java.util.Optional;

/// A run at a terminal: a bar for the stage that goes on, a line for each that is done.
///
/// ```
/// ✓ loading      0:00:01  2.7M llama + 98.3k lora, cpu with 2 threads, float32
/// training      45% │██████████▎            │ 27/60 (0:00:12 / 0:00:14) loss 2.3100  1,234 tokens/s
/// ```
public final class BarNarrator implements Narrator, AutoCloseable {
  private final Terminal terminal;
  private final StageBars bars;
  private Optional<Stage> stage = Optional.empty();
  private long totalBytes = StageBars.NO_END;

  public BarNarrator(Terminal terminal) {
    this.terminal = terminal;
    this.bars = new StageBars(terminal);
  }

  @Override
  public void stage(Stage next, RunProgress progress, Instant time) {
    stage.ifPresent(ended -> finish(ended, progress, time));
    stage = Optional.of(next);
    totalBytes = StageBars.NO_END;
    if (next == Stage.TRAINING) {
      int step = progress.step().map(Event.Step::step).orElse(0);
      int steps =
          progress
              .started()
              .map(Event.Started::steps)
              .or(() -> progress.step().map(Event.Step::steps))
              .orElse(0);
      bars.begin(next.toString(), steps, step, time);
    } else {
      bars.begin(next.toString(), StageBars.NO_END, 0, time);
    }
  }

  private void finish(Stage ended, RunProgress progress, Instant time) {
    switch (ended) {
      case SCHEDULING, PULLING, DOWNLOADING -> bars.done("", time);
      case STARTING, FINISHING, PUBLISHING -> bars.close();
      case LOADING -> bars.done(progress.started().map(EventText::of).orElse(""), time);
      case EVALUATING_BEFORE, EVALUATING_AFTER ->
          bars.done(progress.latest().map(EventText::of).orElse(""), time);
      case TRAINING -> bars.done(EventText.training(progress), time);
    }
  }

  @Override
  public void event(Event event, String line, RunProgress progress) {
    switch (event) {
      case Event.Step e -> bars.to(e.step(), EventText.of(e));
      case Event.Warned e -> bars.say(Colour.BOLD.on(terminal, "warning:") + " " + e.message());
      case Event.Evaluated e when !isOwnStage(e) -> bars.say("  " + EventText.of(e));
      case Event.Checkpointed e -> bars.say("  " + EventText.of(e));
      case Event.Started _, Event.Evaluated _, Event.Completed _, Event.Failed _ -> {
        // The line that ends their stage tells them.
      }
    }
  }

  private static boolean isOwnStage(Event.Evaluated e) {
    return e.when().equals(RunProgress.BEFORE) || e.when().equals(RunProgress.AFTER);
  }

  @Override
  public void log(String line) {
    // `logs --raw` shows the trainer's own talk.
  }

  @Override
  public void say(String message) {
    message.lines().forEach(line -> bars.say("  " + Colour.BOLD.on(terminal, line)));
  }

  @Override
  public void moved(long bytes, long total) {
    if (total > 0 && total != totalBytes) {
      totalBytes = total;
      bars.measure(total);
    }
    bars.to(bytes, total > 0 ? "" : Bytes.text(bytes));
  }

  @Override
  public void caughtUp() {
    // Bars draw themselves.
  }

  @Override
  public void end(RunState state, RunProgress progress, Instant time) {
    switch (state.phase()) {
      case SUCCEEDED -> {
        stage.filter(last -> last != Stage.PUBLISHING).ifPresent(s -> finish(s, progress, time));
        bars.done(state.image().map(Outcome.Image::reference).orElse(""), time);
      }
      case FAILED, STOPPED -> bars.failed(state.message(), time);
      case PENDING, RUNNING, PUBLISHING -> bars.close();
    }
  }

  @Override
  public boolean isUnheard() {
    return terminal.err().checkError();
  }

  @Override
  public void close() {
    bars.close();
  }
}
