package io.kubetune.cli.data.format;

import java.io.IOException;
import java.util.Optional;

/// Finds a file's format from its first bytes, and from its name where the bytes leave it open.
///
/// ```
/// new FormatDetection(head, "rows.json").format(Optional.empty()) // JSON_LINES where it begins with {
/// ```
///
/// @param head the unpacked file's first [#HEAD_BYTES]
/// @param shown the file's name in messages
record FormatDetection(byte[] head, String shown) {
  static final int HEAD_BYTES = 4096;
  static final String ARROW_FILE_MAGIC = "ARROW1";

  /// @throws DamagedFileException where the file is empty, is not text, or could be anything
  Format format(Optional<Format> chosen) throws IOException {
    if (head.length == byteOrderMarkBytes(head)) {
      throw damaged("the file is empty", "");
    }
    Optional<Format> binary = ofMagic();
    Optional<Format> named = chosen.or(() -> Format.ofName(shown));
    if (binary.isPresent()) {
      // A name that speaks of text means that something was saved under the wrong name.
      if (named.isPresent() && !named.equals(binary)) {
        throw damaged(
            "the file is %s inside, not %s".formatted(binary.get().title(), named.get().title()),
            "add --format " + binary.get().flag() + " if that is meant");
      }
      return binary.get();
    }
    refuseWideText();
    Format text = chosen.isPresent() ? chosen.get() : ofText();
    if (text == Format.PARQUET || text == Format.ARROW) {
      throw damaged("the file is not " + text.title(), "is it cut short, or named wrongly?");
    }
    return text;
  }

  private Optional<Format> ofMagic() {
    boolean arrowStream = head.length >= 8;
    for (int i = 0; i < 4; i++) {
      arrowStream &= head.length >= 8 && head[i] == (byte) 0xFF;
    }
    if (startsWith("PAR1")) {
      return Optional.of(Format.PARQUET);
    }
    return startsWith(ARROW_FILE_MAGIC) || arrowStream
        ? Optional.of(Format.ARROW)
        : Optional.empty();
  }

  private Format ofText() throws IOException {
    int first = next(byteOrderMarkBytes(head));
    boolean array = first < head.length && head[first] == '[';
    boolean object = first < head.length && head[first] == '{';
    Optional<Format> named = Format.ofName(shown);
    boolean maybeJson =
        named.isEmpty() || named.get() == Format.JSON_LINES || named.get() == Format.JSON_ARRAY;
    if (!maybeJson) {
      return named.get();
    }
    if (named.isEmpty() && !array && !object) {
      throw damaged(
          "neither its name nor its content says which format the file has",
          "add --format, for example --format text");
    }
    // Rows that are arrays are JSON Lines with bad rows; an array of rows begins with an object.
    int second = next(first + 1);
    boolean ofObjects = second >= head.length || head[second] == '{' || head[second] == ']';
    return array && (ofObjects || !named.equals(Optional.of(Format.JSON_LINES)))
        ? Format.JSON_ARRAY
        : Format.JSON_LINES;
  }

  /// The index of the next byte that is not a space.
  private int next(int from) {
    int at = from;
    while (at < head.length
        && (head[at] == ' ' || head[at] == '\t' || head[at] == '\r' || head[at] == '\n')) {
      at++;
    }
    return at;
  }

  /// UTF-16 and UTF-32, with a byte order mark or without: ASCII text is then full of zero bytes.
  private void refuseWideText() throws IOException {
    int first = head[0] & 0xFF;
    int second = head.length > 1 ? head[1] & 0xFF : 0;
    boolean mark = first == 0xFF && second == 0xFE || first == 0xFE && second == 0xFF;
    boolean zero = head.length > 1 && (first == 0) != (second == 0);
    if (mark || zero) {
      throw damaged(
          "the file is UTF-16 or UTF-32, not UTF-8", "convert it: iconv -f UTF-16 -t UTF-8");
    }
  }

  /// 3 where the file begins with UTF-8's byte order mark, else 0.
  static int byteOrderMarkBytes(byte[] head) {
    return head.length > 2
            && (head[0] & 0xFF) == 0xEF
            && (head[1] & 0xFF) == 0xBB
            && (head[2] & 0xFF) == 0xBF
        ? 3
        : 0;
  }

  private boolean startsWith(String magic) {
    for (int i = 0; i < magic.length(); i++) {
      if (i >= head.length || head[i] != magic.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private DamagedFileException damaged(String found, String remedy) {
    return new DamagedFileException(
        new Place(shown, Place.Unit.LINE, 1).problem("", found, remedy));
  }
}
