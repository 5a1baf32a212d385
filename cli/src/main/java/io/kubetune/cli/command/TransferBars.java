package io.kubetune.cli.command;

import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.terminal.HttpTrace;
import io.kubetune.cli.terminal.StageBars;
import io.kubetune.cli.terminal.Terminal;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/// Shows what moves to or from a registry: as a bar at a terminal, else the remarks alone.
///
/// ```
/// try (TransferBars bars = new TransferBars("adapter was not written.", terminal)) {
///   pull.pull(image, folder, bars);
/// }
/// ```
final class TransferBars implements TransferListener, AutoCloseable {
  private final Terminal terminal;
  private final StageBars bars;
  private final HttpTrace trace;
  private final AtomicLong moved = new AtomicLong();

  private final OnInterrupt onInterrupt;

  /// @param interrupted what has become of it where Ctrl-C ends it
  TransferBars(String interrupted, Terminal terminal) {
    this.terminal = terminal;
    this.bars = new StageBars(terminal);
    this.trace = HttpTrace.of(terminal);
    this.onInterrupt =
        OnInterrupt.does(() -> {
          bars.close();
          OnInterrupt.say("Stopped: " + interrupted, terminal);
        });
  }

  @Override
  public synchronized Item begin(String title, long totalBytes) {
    if (!terminal.bars()) {
      return bytes -> {};
    }
    moved.set(0);
    bars.begin(title, StageBars.NO_END, 0, Instant.now());
    bars.measure(totalBytes);
    return bytes -> bars.to(moved.addAndGet(bytes), "");
  }

  @Override
  public synchronized void say(String message) {
    if (terminal.bars()) {
      bars.say(message);
    } else {
      terminal.say(message);
    }
  }

  @Override
  public HttpTrace trace() {
    return trace;
  }

  @Override
  public void close() {
    onInterrupt.close();
    bars.close();
  }
}
