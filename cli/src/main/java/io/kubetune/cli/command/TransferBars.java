package io.kubetune.cli.command;

import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.terminal.HttpTrace;
import io.kubetune.cli.terminal.StageBars;
import io.kubetune.cli.terminal.Terminal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Shows what moves to or from a registry: as a bar at a terminal, else the remarks alone.
///
/// ```
/// try (TransferBars bars = new TransferBars(terminal)) { pull.pull(image, folder, bars); }
/// ```
final class TransferBars implements TransferListener, AutoCloseable {
  private final Terminal terminal;
  private final StageBars bars;
  private final AtomicLong moved = new AtomicLong();

  TransferBars(Terminal terminal) {
    this.terminal = terminal;
    this.bars = new StageBars(terminal);
  }

  @Override
  public synchronized Item begin(String title, long totalBytes) {
    if (!terminal.errIsTerminal()) {
      return bytes -> {};
    }
    moved.set(0);
    bars.begin(title, totalBytes, 0, Instant.now());
    return bytes -> bars.to(moved.addAndGet(bytes), "bytes");
  }

  @Override
  public synchronized void say(String message) {
    if (terminal.errIsTerminal()) {
      bars.say(message);
    } else {
      terminal.err().println(message);
    }
  }

  @Override
  public void answered(
      String method, URI uri, int status, Duration took, Map<String, List<String>> headers) {
    HttpTrace.of(terminal).answered(method, uri, status, took, headers);
  }

  @Override
  public void close() {
    bars.close();
  }
}
