package io.kubetune.cli.watch.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Interrupts a thread that reads and hears nothing for too long: nobody pings a connection that a
/// router has forgotten, and a read of it never ends.
///
/// ```
/// try (SilenceGuard guard = new SilenceGuard(Thread.currentThread())) {
///   guard.begin(() -> Duration.ofMinutes(2));
///   stream.read(buffer);
///   guard.end();
/// }
/// ```
final class SilenceGuard implements AutoCloseable {
  private final Thread reader;
  private final Thread watcher = Thread.ofVirtual().start(this::watch);
  private Supplier<Duration> longest;
  private Instant since;
  private boolean hasCut;

  SilenceGuard(Thread reader) {
    this.reader = reader;
  }

  /// @param longest asked anew all the time: how long the reading that begins may take
  synchronized void begin(Supplier<Duration> longest) {
    this.longest = longest;
    since = Instant.now();
  }

  synchronized void end() {
    since = null;
  }

  synchronized boolean hasCut() {
    return hasCut;
  }

  /// Ends the reading that goes on, if one does: there is reason to think that it waits in vain.
  synchronized void cut() {
    if (since != null && !hasCut) {
      hasCut = true;
      reader.interrupt();
    }
  }

  private void watch() {
    try {
      while (!isTooLong()) {
        TimeUnit.SECONDS.sleep(1);
      }
    } catch (InterruptedException e) {
      // Closed: the reading came to its own end.
    }
  }

  private synchronized boolean isTooLong() {
    if (since == null || Duration.between(since, Instant.now()).compareTo(longest.get()) < 0) {
      return false;
    }
    hasCut = true;
    reader.interrupt();
    return true;
  }

  @Override
  public synchronized void close() {
    watcher.interrupt();
    since = null;
    if (hasCut) {
      // It was ours, and has done its work.
      Thread.interrupted();
    }
  }
}
