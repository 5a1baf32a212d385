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
    // Ctrl-C ends this process with status 130 by itself; the run goes on without it.
    Thread onInterrupt =
        new Thread(() -> {
          clearScreen.run();
          terminal
              .err()
              .printf(
                  """

                  Stopped following; the run goes on.
                    kubectl tune logs -f %1$s    follows it again
                    kubectl tune delete %1$s     stops it
                  """,
                  name);
          terminal.err().flush();
        });
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    try {
      return followed.toTheEnd();
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(onInterrupt);
      } catch (IllegalStateException e) {
        // Ctrl-C came just now: the hook says what is to be said.
      }
    }
  }
}
