package io.kubetune.trainer.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The lines of one canonical file, a batch at a time, so that a file larger than memory can be
/// read.
///
/// ```
/// try (RowLines.Reader lines = file.open()) {
///   for (List<Line> batch = lines.next(256); !batch.isEmpty(); batch = lines.next(256)) { … }
/// }
/// ```
///
/// @param rows how many the manifest states
record RowLines(Path file, long rows) {

  /// @param number from 1
  record Line(int number, byte[] bytes) {}

  String name() {
    return file.getFileName().toString();
  }

  Reader open() {
    try {
      return new Reader(Files.newInputStream(file));
    } catch (IOException e) {
      throw CanonicalRows.bad(file, "can't be read: " + e);
    }
  }

  final class Reader implements AutoCloseable {
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;
    private int read;

    private Reader(InputStream in) {
      this.in = in;
    }

    /// Up to so many lines; none at the end of the file.
    List<Line> next(int most) {
      List<Line> lines = new ArrayList<>();
      try {
        for (byte[] line = line(); line != null; line = lines.size() < most ? line() : null) {
          lines.add(new Line(++read, line));
        }
      } catch (IOException e) {
        throw CanonicalRows.bad(file, "can't be read: " + e);
      }
      if (read > rows || (lines.isEmpty() && read != rows)) {
        throw CanonicalRows.bad(
            file,
            "has "
                + read
                + (read > rows ? " rows or more" : " rows")
                + ", its manifest says "
                + rows);
      }
      return lines;
    }

    /// The line of this number, which must not have been read yet.
    byte[] skipTo(int number) {
      List<Line> one = next(1);
      while (!one.isEmpty() && one.getFirst().number() < number) {
        one = next(1);
      }
      if (one.isEmpty()) {
        throw CanonicalRows.bad(file, "ends before row " + number);
      }
      return one.getFirst().bytes();
    }

    private byte[] line() throws IOException {
      if (at == end && !fill()) {
        return null;
      }
      ByteArrayOutputStream line = new ByteArrayOutputStream(512);
      do {
        int from = at;
        while (at < end && buffer[at] != '\n') {
          at++;
        }
        line.write(buffer, from, at - from);
        if (at < end) {
          at++;
          return line.toByteArray();
        }
      } while (fill());
      return line.toByteArray();
    }

    private boolean fill() throws IOException {
      at = 0;
      end = Math.max(0, in.read(buffer));
      return end > 0;
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException e) {
        throw CanonicalRows.bad(file, "can't be closed: " + e);
      }
    }
  }
}
