package io.kubetune.cli.data.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Characters of a UTF-8 stream, for parsers that read a whole file: it fails at the exact byte
/// that is not UTF-8, and once a single row has taken more than its share.
///
/// ```
/// var reader = new StrictUtf8Reader(in, "rows.csv", 0);
/// reader.beginRow(); // before each row
/// ```
final class StrictUtf8Reader extends Reader {
  private final InputStream in;
  private final String file;
  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).flip();
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);

  /// Of the byte after the last one in `bytes`.
  private long offset;

  private long line = 1;
  private long rowChars;
  private boolean ended;

  /// @param offset how many bytes of the file are behind (a byte order mark)
  StrictUtf8Reader(InputStream in, String file, long offset) {
    this.in = in;
    this.file = file;
    this.offset = offset;
  }

  /// From here on a new row may take [RowReader#LONGEST_ROW_BYTES].
  void beginRow() {
    rowChars = 0;
  }

  @Override
  public int read(char[] target, int from, int length) throws IOException {
    CharBuffer chars = CharBuffer.wrap(target, from, length).slice();
    while (chars.position() == 0) {
      var result = decoder.decode(bytes, chars, ended);
      count(target, from, chars.position());
      if (result.isError()) {
        Place place = new Place(file, Place.Unit.LINE, line);
        long at = offset - bytes.remaining();
        throw new DamagedFileException(StrictUtf8.problem(place, at, bytes.get(bytes.position())));
      }
      if (chars.position() > 0) {
        break;
      }
      if (ended) {
        return -1;
      }
      bytes.compact();
      int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
      ended = read < 0;
      offset += Math.max(read, 0);
      bytes.position(bytes.position() + Math.max(read, 0)).flip();
    }
    rowChars += chars.position();
    if (rowChars > RowReader.LONGEST_ROW_BYTES) {
      Place place = new Place(file, Place.Unit.LINE, line);
      throw new DamagedFileException(
          place.problem(
              "",
              "a row of more than %d characters".formatted(RowReader.LONGEST_ROW_BYTES),
              "is a quote or a bracket not closed before this line?"));
    }
    return chars.position();
  }

  private void count(char[] target, int from, int length) {
    for (int i = from; i < from + length; i++) {
      line += target[i] == '\n' ? 1 : 0;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
