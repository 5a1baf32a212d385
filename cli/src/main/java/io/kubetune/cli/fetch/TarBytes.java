package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/// The plain bytes of a layer: digested, counted, and told apart from the disk when they fail.
///
/// ```
/// TarBytes tar = new TarBytes(new GZIPInputStream(layer), budget);
/// ```
final class TarBytes extends InputStream {
  /// The archive, not the disk, is at fault.
  static final class Damaged extends IOException {
    private static final long serialVersionUID = 1;

    Damaged(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// Names and extended attributes of one entry; Linux's own limit for a path is 4 KiB.
  private static final long LARGEST_HEADER_BYTES = 1 << 20;

  private final InputStream in;
  private final UnpackBudget budget;
  private final MessageDigest digest = Digest.algorithm();
  private long headerBytesLeft = Long.MAX_VALUE;

  TarBytes(InputStream in, UnpackBudget budget) {
    this.in = in;
    this.budget = budget;
  }

  /// From here on an entry's header is read, which the archive's reader keeps in memory.
  void expectHeader() {
    headerBytesLeft = LARGEST_HEADER_BYTES;
  }

  /// From here on an entry's content is read.
  void expectContent() {
    headerBytesLeft = Long.MAX_VALUE;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count;
    try {
      count = in.read(buffer, offset, length);
    } catch (IOException e) {
      throw new Damaged(e.getMessage(), e);
    }
    if (count > 0) {
      digest.update(buffer, offset, count);
      budget.count(count);
      headerBytesLeft -= count;
      if (headerBytesLeft < 0) {
        throw new Damaged("a header of more than 1 MiB", null);
      }
    }
    return count;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /// Before an entry's content is used: its size must be allowed, and fit the disk.
  void requireRoom(long entryBytes) throws IOException {
    budget.requireRoom(entryBytes);
  }

  /// The digest of all, at the end.
  Digest digest() {
    return Digest.of(digest);
  }
}
