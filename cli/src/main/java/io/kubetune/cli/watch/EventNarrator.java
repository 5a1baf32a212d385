package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.contract.Event;
import java.time.Instant;
import java.util.function.Consumer;

/// The events themselves, one JSON object a line: `logs -o json`.
///
/// ```
/// new Follow(run).until(new EventNarrator(new Lines(terminal.out(), Lines.ALL), terminal.err()::println));
/// ```
public final class EventNarrator implements Narrator {
  private final Lines lines;
  private final Consumer<String> talk;

  /// @param talk takes what is said beside the events
  public EventNarrator(Lines lines, Consumer<String> talk) {
    this.lines = lines;
    this.talk = talk;
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
    message.lines().forEach(talk);
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
