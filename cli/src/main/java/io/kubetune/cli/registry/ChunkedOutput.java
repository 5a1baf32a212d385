package io.kubetune.cli.registry;

import java.io.IOException;
import java.io.OutputStream;

/// Gathers what is written into chunks of one size, for whoever sends them.
///
/// A full chunk is sent at once, the last one when its owner says so; [#sendChunk] leaves it empty.
abstract class ChunkedOutput extends OutputStream {
  /// Of which the first [#filled] bytes are to be sent. May be replaced by another of the same
  /// size.
  protected byte[] chunk;

  protected int filled;

  ChunkedOutput(int chunkBytes) {
    chunk = new byte[chunkBytes];
  }

  abstract void sendChunk() throws IOException;

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      int count = Math.min(left, chunk.length - filled);
      System.arraycopy(bytes, from, chunk, filled, count);
      filled += count;
      from += count;
      left -= count;
      if (filled == chunk.length) {
        sendChunk();
      }
    }
  }
}
