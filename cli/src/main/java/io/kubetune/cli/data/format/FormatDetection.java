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

  /// @throws DamagedFileException where the file is empty, is not text, or could be anything
  Format format(Optional<Format> chosen) throws IOException {
    if (head.length == byteOrderMarkBytes(head)) {
      throw damaged("the file is empty", "");
    }
    refuseWideText();
    if (startsWith("PAR1")) {
      throw damaged("the file is Parquet inside", "name it .parquet");
    }
    return chosen.isPresent() ? chosen.get() : ofText();
  }

  private Format ofText() throws IOException {
    int first = byteOrderMarkBytes(head);
    while (first < head.length && isSpace(head[first])) {
      first++;
    }
    boolean array = first < head.length && head[first] == '[';
    Optional<Format> named = Format.ofName(shown);
    if (named.isEmpty() && !array && !(first < head.length && head[first] == '{')) {
      throw damaged("neither the name nor the content says what format it has", "add --format");
    }
    // Rows that are arrays are JSON Lines with bad rows; an array of rows begins with an object.
    int second = first + 1;
    while (second < head.length && isSpace(head[second])) {
      second++;
    }
    boolean ofObjects = second >= head.length || head[second] == '{' || head[second] == ']';
    return array && (ofObjects || !named.equals(Optional.of(Format.JSON_LINES)))
        ? Format.JSON_ARRAY
        : Format.JSON_LINES;
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

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }

  private DamagedFileException damaged(String found, String remedy) {
    return new DamagedFileException(
        new Place(shown, Place.Unit.LINE, 1).problem("", found, remedy));
  }
}
