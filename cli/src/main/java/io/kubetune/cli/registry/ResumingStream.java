package io.kubetune.cli.registry;

import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Function;

/// Goes on where a connection broke: asks for the rest of the content and reads on.
///
/// ```
/// new ResumingStream(offset -> get("Range: bytes=" + offset + "-"), 0, sizeBytes, access, listener, lost);
/// ```
final class ResumingStream extends InputStream {
  /// Opens the content from an offset in bytes.
  @FunctionalInterface
  interface Opener {
    InputStream open(long offset) throws IOException;
  }

  private final Opener opener;
  private final long sizeBytes;
  private final RegistryAccess access;
  private final TransferListener listener;
  private final Function<IOException, TuneException> giveUp;
  private InputStream current;
  private long position;
  private int failures;

  /// @param start offset of the first byte to read
  /// @param giveUp what to throw when no attempt is left: the network failed, not the disk
  ResumingStream(
      Opener opener,
      long start,
      long sizeBytes,
      RegistryAccess access,
      TransferListener listener,
      Function<IOException, TuneException> giveUp)
      throws IOException {
    this.opener = opener;
    this.sizeBytes = sizeBytes;
    this.access = access;
    this.listener = listener;
    this.giveUp = giveUp;
    this.position = start;
    this.current = opener.open(start);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    while (true) {
      try {
        int count = current.read(buffer, offset, length);
        if (count >= 0) {
          position += count;
          failures = 0;
          return count;
        }
        if (position >= sizeBytes) {
          return -1;
        }
        throw new IOException(
            "the connection ended after %,d of %,d bytes".formatted(position, sizeBytes));
      } catch (IOException e) {
        reopen(e);
      }
    }
  }

  private void reopen(IOException cause) throws IOException {
    failures++;
    // Another layer failed, and this one's work is no longer wanted.
    boolean isCalledOff =
        cause.getCause() instanceof InterruptedException || Thread.currentThread().isInterrupted();
    if (isCalledOff || failures >= access.attempts()) {
      throw giveUp.apply(cause);
    }
    current.close();
    Duration pause = Backoff.pause(access, failures);
    listener.say(
        "the download broke at byte %,d of %,d (%s); going on in %.1f s"
            .formatted(position, sizeBytes, NoAnswer.words(cause), pause.toMillis() / 1e3));
    Backoff.sleep(pause);
    try {
      current = opener.open(position);
    } catch (IOException e) {
      throw giveUp.apply(e);
    }
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
