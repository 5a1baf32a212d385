package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.contract.Event;
import java.time.Instant;

/// What the trainer wrote to stdout and stderr, as it is: `logs --raw`.
///
/// ```
/// new Follow(run).once(new LogNarrator(new Lines(terminal.out(), 20)));
/// ```
public final class LogNarrator implements Narrator {
  private final Lines lines;

  public LogNarrator(Lines lines) {
    this.lines = lines;
  }

  @Override
  public void stage(Stage stage, RunProgress progress, Instant time) {
    // Nothing is added to what the trainer wrote.
  }

  @Override
  public void event(Event event, String line, RunProgress progress) {
    // The log has it already: the trainer writes its events to stdout too.
  }

  @Override
  public void log(String line) {
    lines.accept(line);
  }

  @Override
  public void say(String message) {
    // Nothing is added to what the trainer wrote.
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
