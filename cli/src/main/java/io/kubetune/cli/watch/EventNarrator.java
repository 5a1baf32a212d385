package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.contract.Event;
import java.time.Instant;

/// The events themselves, one JSON object a line: `logs -o json`.
///
/// ```
/// new Follow(run).until(new EventNarrator(new Lines(terminal.out(), Lines.ALL)));
/// ```
public final class EventNarrator implements Narrator {
  private final Lines lines;

  public EventNarrator(Lines lines) {
    this.lines = lines;
  }

  @Override
  public void stage(Stage stage, RunProgress progress, Instant time) {
    // Stages are our reading of the events; the reader of JSON makes its own.
  }

  @Override
  public void event(Event event, String line, RunProgress progress) {
    lines.accept(line);
  }

  @Override
  public void log(String line) {
    // Talk is no event.
  }

  @Override
  public void say(String message) {
    // Talk is no event.
  }

  @Override
  public void caughtUp() {
    lines.caughtUp();
  }

  @Override
  public void end(RunState state, RunProgress progress, Instant time) {
    // The exit code says it.
  }

  @Override
  public boolean isUnheard() {
    return lines.isClosed();
  }
}
