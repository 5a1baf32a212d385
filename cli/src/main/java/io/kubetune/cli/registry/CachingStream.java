package io.kubetune.cli.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// Reads what the cache holds of a content and the rest from the network, and writes that to the
/// cache on the way.
///
/// ```
/// new CachingStream(partial, offset -> network(offset));
/// ```
final class CachingStream extends InputStream {
  private final BlobCache.Partial partial;
  private final ResumingStream.Opener rest;
  private final long heldBytes;
  private long position;
  private boolean caching = true;
  private InputStream network;

  CachingStream(BlobCache.Partial partial, ResumingStream.Opener rest) throws IOException {
    this.partial = partial;
    this.rest = rest;
    this.heldBytes = Math.min(partial.channel().size(), partial.content().sizeBytes());
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (position < heldBytes) {
      int wanted = (int) Math.min(length, heldBytes - position);
      int count = partial.channel().read(ByteBuffer.wrap(buffer, offset, wanted), position);
      position += Math.max(0, count);
      return count;
    }
    if (position >= partial.content().sizeBytes()) {
      return -1;
    }
    if (network == null) {
      network = rest.open(position);
    }
    int count = network.read(buffer, offset, length);
    if (count > 0) {
      cache(ByteBuffer.wrap(buffer, offset, count));
      position += count;
    }
    return count;
  }

  /// A full disk ends the caching, not the pull.
  private void cache(ByteBuffer bytes) {
    long at = position;
    try {
      while (caching && bytes.hasRemaining()) {
        at += partial.channel().write(bytes, at);
      }
    } catch (IOException e) {
      caching = false;
      partial.discard();
    }
  }

  /// The bytes were right, or not.
  void verified(boolean right) {
    if (!caching) {
      return;
    }
    caching = false;
    try {
      if (right) {
        partial.keep();
      } else {
        partial.discard();
      }
    } catch (IOException e) {
      return; // The next pull asks the network again.
    }
  }

  @Override
  public void close() throws IOException {
    partial.channel().close();
    if (network != null) {
      network.close();
    }
  }
}
