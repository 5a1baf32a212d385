package io.kubetune.cli.data.shape;

import java.io.OutputStream;
import java.util.Arrays;

/// Canonical bytes while they grow; what turned out not to belong there can be taken back.
///
/// ```
/// int before = bytes.length();
/// bytes.truncate(before); // as if nothing had been written since
/// ```
public final class CanonicalBytes extends OutputStream {
  private static final int LARGE = 1 << 20;

  private byte[] bytes;
  private int length;

  /// @param expected how many bytes there will be, most likely
  public CanonicalBytes(int expected) {
    bytes = new byte[Math.max(16, expected)];
  }

  @Override
  public void write(int each) {
    if (length == bytes.length) {
      grow(1);
    }
    bytes[length++] = (byte) each;
  }

  @Override
  public void write(byte[] from) {
    write(from, 0, from.length);
  }

  @Override
  public void write(byte[] from, int first, int count) {
    if (count > bytes.length - length) {
      grow(count);
    }
    System.arraycopy(from, first, bytes, length, count);
    length += count;
  }

  void write(CanonicalBytes other) {
    write(other.bytes, 0, other.length);
  }

  public int length() {
    return length;
  }

  void truncate(int to) {
    length = to;
  }

  /// Empties it for another use; what a few long rows needed is given back.
  public void reset() {
    length = 0;
    if (bytes.length > LARGE) {
      bytes = new byte[LARGE];
    }
  }

  /// Everything written so far.
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  private void grow(int more) {
    bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), 2 * bytes.length));
  }
}
