package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunState;
import io.kubetune.contract.Event;
import java.time.Instant;

/// Tells a run as it goes: as bars, as lines, or as the records themselves.
///
/// ```
/// Narrator narrator = terminal.bars() ? new BarNarrator(terminal) : new LineNarrator(lines);
/// new Follow(run).until(narrator);
/// ```
public sealed interface Narrator
    permits BarNarrator, LineNarrator, EventNarrator, LogNarrator, PodLineNarrator {

  /// @param time when the run entered the stage
  void stage(Stage stage, RunProgress progress, Instant time);

  /// @param line the event as the trainer wrote it
  void event(Event event, String line, RunProgress progress);

  /// A line that the trainer wrote to its log.
  void log(String line);

  /// Any line of any container, before it is told as what it means.
  default void line(String pod, String container, Instant time, String text) {
    // Told by what it means.
  }

  /// Something that a person should know: why it waits, what is away.
  void say(String message);

  /// How many bytes of the stage's work are done.
  ///
  /// @param total -1 where it is not known
  default void moved(long bytes, long total) {
    // Only bars show it.
  }

  /// All that happened before we began to watch was told.
  void caughtUp();

  /// @param time when the run was over
  void end(RunState state, RunProgress progress, Instant time);

  /// Whether nobody listens any more (a closed pipe).
  boolean isUnheard();
}
