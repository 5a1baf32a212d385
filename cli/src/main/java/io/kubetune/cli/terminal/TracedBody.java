package io.kubetune.cli.terminal;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Tells what was read of an answer when it is read or closed, and changes nothing of it.
///
/// ```
/// new TracedBody(response.body(), content, () -> trace.body(ANSWERED, "GET", uri, content));
/// ```
final class TracedBody extends FilterInputStream {
  private final TracedContent content;
  private final Runnable ended;
  private boolean isTold;

  TracedBody(InputStream in, TracedContent content, Runnable ended) {
    super(in);
    this.content = content;
    this.ended = ended;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = super.read(bytes, offset, length);
    if (count < 0) {
      tell();
    } else {
      content.add(bytes, offset, count);
    }
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    return count <= 0 ? 0 : Math.max(0, read(new byte[(int) Math.min(count, 1 << 13)]));
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void close() throws IOException {
    tell();
    super.close();
  }

  private void tell() {
    if (!isTold) {
      isTold = true;
      ended.run();
    }
  }
}
