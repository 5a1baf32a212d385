package io.kubetune.cli.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// Closes a stream that gives no byte for too long, so that its reader gets an error and not an
/// endless wait: the JDK's client has no timeout for bodies.
///
/// ```
/// new StallGuard(response.body(), Duration.ofMinutes(2));
/// ```
public final class StallGuard extends FilterInputStream {
  /// While nobody reads, the reader is busy and the network is not to blame.
  private static final long IDLE = Long.MAX_VALUE;

  private volatile long readingSinceNanos = IDLE;
  private final Thread watcher;

  public StallGuard(InputStream in, Duration stall) {
    super(in);
    this.watcher = Thread.ofVirtual().start(() -> watch(stall));
  }

  private void watch(Duration stall) {
    try {
      while (true) {
        Thread.sleep(stall.dividedBy(4));
        long since = readingSinceNanos;
        if (since != IDLE && System.nanoTime() - since > stall.toNanos()) {
          in.close();
          return;
        }
      }
    } catch (InterruptedException | IOException e) {
      // Closed by its reader, or by us: either way there is nothing left to watch.
      return;
    }
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    readingSinceNanos = System.nanoTime();
    try {
      return super.read(buffer, offset, length);
    } finally {
      readingSinceNanos = IDLE;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public void close() throws IOException {
    watcher.interrupt();
    super.close();
  }
}
