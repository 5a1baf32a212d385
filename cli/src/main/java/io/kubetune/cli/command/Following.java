package io.kubetune.cli.command;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.cli.watch.BarNarrator;
import io.kubetune.cli.watch.Follow;
import io.kubetune.cli.watch.Narrator;
import java.io.IOException;

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
    // Ctrl-C ends this process with status 130 by itself; the run has a session of its own.
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
                  run.name());
          terminal.err().flush();
        });
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    try {
      return new Follow(run).until(narrator);
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(onInterrupt);
      } catch (IllegalStateException e) {
        // Ctrl-C came just now: the hook says what is to be said.
      }
    }
  }
}
