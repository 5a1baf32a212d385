package io.kubetune.cli.watch.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// Lines of a stream that may be cut anywhere: a line is whole when its line break has arrived.
///
/// ```
/// for (String line = lines.next(); line != null; line = lines.next()) { … }
/// lines.rest() // what stood after the last line break
/// ```
final class WholeLines {
  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 10);
  private int from;
  private int to;

  WholeLines(InputStream in) {
    this.in = in;
  }

  /// @return without its line break; null at the end of the stream
  String next() throws IOException {
    while (true) {
      for (int i = from; i < to; i++) {
        if (buffer[i] == '\n') {
          line.write(buffer, from, i - from);
          from = i + 1;
          return taken();
        }
      }
      line.write(buffer, from, to - from);
      from = 0;
      to = Math.max(0, in.read(buffer));
      if (to == 0) {
        return null;
      }
    }
  }

  /// What came after the last whole line; empty where nothing did.
  String rest() {
    return taken();
  }

  private String taken() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
