package io.kubetune.cli.publish;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32;

/// Writes gzip (RFC 1952) whose deflate blocks are all stored (RFC 1951, 3.2.4): valid for every
/// reader, and the same bytes on every machine.
///
/// A compressor is left out on purpose. zlib's output differs between builds (zlib, zlib-ng,
/// Apple's), and then the same adapter would have another digest on a laptop than in the pod.
/// Weights hardly shrink anyway, and a changed shard is sent alone.
///
/// ```
/// try (OutputStream gzip = new StoredGzip(out)) { gzip.write(tar); }
/// ```
final class StoredGzip extends OutputStream {
  /// Magic, method deflate, no flags, no time, no extra flags, operating system unknown.
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  /// The most that a stored block's 16-bit length can say.
  private static final int BLOCK_BYTES = 0xffff;

  private final OutputStream out;
  private final CRC32 crc = new CRC32();
  private final byte[] block = new byte[5 + BLOCK_BYTES];
  private int filled;
  private long totalBytes;
  private boolean closed;

  StoredGzip(OutputStream out) throws IOException {
    this.out = out;
    out.write(HEADER);
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    crc.update(bytes, offset, length);
    totalBytes += length;
    int from = offset;
    int left = length;
    while (left > 0) {
      // A full block waits for the next byte: the last one must be marked as such.
      if (filled == BLOCK_BYTES) {
        writeBlock(false);
      }
      int count = Math.min(left, BLOCK_BYTES - filled);
      System.arraycopy(bytes, from, block, 5 + filled, count);
      filled += count;
      from += count;
      left -= count;
    }
  }

  private void writeBlock(boolean last) throws IOException {
    block[0] = (byte) (last ? 1 : 0);
    block[1] = (byte) filled;
    block[2] = (byte) (filled >> 8);
    block[3] = (byte) ~filled;
    block[4] = (byte) (~filled >> 8);
    out.write(block, 0, 5 + filled);
    filled = 0;
  }

  /// Ends the archive and leaves the underlying stream open.
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    writeBlock(true);
    byte[] trailer = new byte[8];
    for (int i = 0; i < 4; i++) {
      trailer[i] = (byte) (crc.getValue() >> 8 * i);
      trailer[4 + i] = (byte) (totalBytes >> 8 * i);
    }
    out.write(trailer);
    out.flush();
  }
}
