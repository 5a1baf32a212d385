package io.kubetune.cli.command;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.BarNarrator;
import io.kubetune.cli.watch.Follow;
import io.kubetune.cli.watch.Narrator;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Follows a run until it is over, or until Ctrl-C, which stops the following and never the run.
///
/// ```
/// RunState end = Following.withBars(run, terminal);
/// ```
final class Following {
  private Following() {}

  static RunState withBars(RunFolder run, Terminal terminal)
      throws IOException, InterruptedException {
    try (BarNarrator bars = new BarNarrator(terminal)) {
      return with(bars, run, terminal, bars::close);
    }
  }

  static RunState with(Narrator narrator, RunFolder run, Terminal terminal)
      throws IOException, InterruptedException {
    return with(narrator, run, terminal, () -> {});
  }

  private static RunState with(
      Narrator narrator, RunFolder run, Terminal terminal, Runnable clearScreen)
      throws IOException, InterruptedException {
    try {
      return untilInterrupted(
          run.name().value(),
          terminal,
          clearScreen,
          () -> {
            try {
              return new Follow(run).until(narrator);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /// What is followed, to its end.
  interface Followed {
    RunState toTheEnd() throws InterruptedException;
  }

  /// @param name as commands take it
  /// @param clearScreen takes bars off it
  static RunState untilInterrupted(
      String name, Terminal terminal, Runnable clearScreen, Followed followed)
      throws InterruptedException {
    try (OnInterrupt _ =
        OnInterrupt.does(() -> {
          clearScreen.run();
          goesOn(name, terminal);
        })) {
      return followed.toTheEnd();
    }
  }

  /// The run does without us.
  static void goesOn(String name, Terminal terminal) {
    OnInterrupt.say(
        """
        Stopped following; the run goes on. To follow it again, or to stop it:
          kubectl tune logs -f %1$s
          kubectl tune delete %1$s\
        """
            .formatted(name),
        terminal);
  }
}
