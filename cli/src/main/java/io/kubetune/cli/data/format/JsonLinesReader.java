package io.kubetune.cli.data.format;

import io.kubetune.contract.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/// Cuts JSON Lines into batches of whole lines; [JsonLinesBatch] parses them.
///
/// A line longer than [RowReader#LONGEST_ROW_BYTES] is read past, never held.
final class JsonLinesReader implements RowReader {
  /// Small enough that the garbage collector treats a batch as any other object.
  private static final int BATCH_BYTES = 256 << 10;

  private final InputStream in;
  private final String file;

  /// Bytes read and not handed out yet: the start of a line.
  private byte[] begun = {};

  private long line = 1;
  private long offset;
  private boolean ended;

  /// @param offset how many bytes of the file are behind (a byte order mark)
  JsonLinesReader(InputStream in, String file, long offset) {
    this.in = in;
    this.file = file;
    this.offset = offset;
  }

  @Override
  public Optional<Header> header() {
    return Optional.empty();
  }

  @Override
  public RowBatch next() throws IOException {
    byte[] bytes = Arrays.copyOf(begun, Math.max(BATCH_BYTES, 2 * begun.length));
    int length = begun.length;
    int end = 0;
    while (!ended) {
      int read = in.readNBytes(bytes, length, bytes.length - length);
      ended = read < bytes.length - length;
      length += read;
      end = afterLastNewline(bytes, length);
      if (end > 0 || ended) {
        break;
      }
      if (length > LONGEST_ROW_BYTES) {
        return readPast(length);
      }
      bytes = Arrays.copyOf(bytes, Math.min(2 * length, LONGEST_ROW_BYTES + BATCH_BYTES));
    }
    if (ended) {
      end = length;
    }
    begun = Arrays.copyOfRange(bytes, end, length);
    if (end == 0) {
      return null;
    }
    RowBatch batch = new JsonLinesBatch(file, bytes, end, line, offset);
    line += count(bytes, end);
    offset += end;
    return batch;
  }

  /// Reads past the rest of a line that is too long to be a row.
  private RowBatch readPast(int read) throws IOException {
    begun = new byte[0];
    long lineBytes = read;
    byte[] bytes = new byte[BATCH_BYTES];
    int newline = -1;
    while (newline < 0 && !ended) {
      int length = in.readNBytes(bytes, 0, bytes.length);
      ended = length < bytes.length;
      for (int i = 0; i < length && newline < 0; i++) {
        newline = bytes[i] == '\n' ? i : -1;
      }
      lineBytes += newline < 0 ? length : newline;
      begun = newline < 0 ? begun : Arrays.copyOfRange(bytes, newline + 1, length);
    }
    Problem problem = tooLong(new Place(file, Place.Unit.LINE, line), lineBytes);
    line++;
    offset += lineBytes + 1;
    return new RowBatch() {
      @Override
      public int heldBytes() {
        return 0;
      }

      @Override
      public void decode(RowSink sink) {
        sink.problem(problem);
      }
    };
  }

  static Problem tooLong(Place place, long lineBytes) {
    return place.problem(
        "",
        "a line of %d bytes; a row has at most %d".formatted(lineBytes, LONGEST_ROW_BYTES),
        "is the file one JSON object a line?");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static int afterLastNewline(byte[] bytes, int to) {
    for (int i = to - 1; i >= 0; i--) {
      if (bytes[i] == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  private static int count(byte[] bytes, int to) {
    int newlines = 0;
    for (int i = 0; i < to; i++) {
      newlines += bytes[i] == '\n' ? 1 : 0;
    }
    return newlines;
  }
}
