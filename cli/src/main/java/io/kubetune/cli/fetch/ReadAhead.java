package io.kubetune.cli.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Reads a stream in a thread of its own, a few blocks ahead: while one block is unpacked the next
/// is received and digested.
///
/// ```
/// try (InputStream layer = new ReadAhead(source.open(descriptor))) { unpack(layer); }
/// ```
final class ReadAhead extends InputStream {
  private static final int BLOCK_BYTES = 256 << 10;
  private static final int BLOCKS_AHEAD = 8;

  /// Some bytes, the end (no bytes), or why there are no more.
  private record Block(byte[] bytes, int count, Throwable failure) {}

  private final InputStream in;
  private final BlockingQueue<Block> blocks = new ArrayBlockingQueue<>(BLOCKS_AHEAD);

  /// Used again, so that a long layer does not make garbage of its own size.
  private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BLOCKS_AHEAD + 2);

  private final Thread reader;
  private Block current = new Block(new byte[0], 0, null);
  private int position;
  private boolean ended;

  ReadAhead(InputStream in) {
    this.in = in;
    this.reader = Thread.ofPlatform().daemon().name("read-ahead").start(this::readAll);
  }

  private void readAll() {
    try {
      while (true) {
        byte[] bytes = free.poll();
        bytes = bytes == null ? new byte[BLOCK_BYTES] : bytes;
        int count = in.readNBytes(bytes, 0, bytes.length);
        blocks.put(new Block(bytes, count, null));
        if (count == 0) {
          return;
        }
      }
    } catch (InterruptedException e) {
      return; // Closed: nobody waits for more.
    } catch (IOException | RuntimeException e) {
      tell(e);
    }
  }

  private void tell(Exception failure) {
    try {
      blocks.put(new Block(new byte[0], 0, failure));
    } catch (InterruptedException e) {
      return;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (position == current.count() && !next()) {
      return -1;
    }
    int count = Math.min(length, current.count() - position);
    System.arraycopy(current.bytes(), position, buffer, offset, count);
    position += count;
    return count;
  }

  private boolean next() throws IOException {
    if (ended) {
      return false;
    }
    if (current.bytes().length == BLOCK_BYTES) {
      free.offer(current.bytes());
    }
    try {
      current = blocks.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    position = 0;
    ended = current.count() == 0;
    return switch (current.failure()) {
      case null -> !ended;
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      default -> throw new IOException(current.failure());
    };
  }

  @Override
  public void close() throws IOException {
    reader.interrupt();
    try {
      // Closing wakes a reader that waits for the network; what it reads then goes nowhere.
      in.close();
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
