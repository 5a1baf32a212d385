package io.kubetune.cli.data.shape;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A string within JSON text: where it stands between its quotes. All of it is sound UTF-8, with
/// sound escapes and no half of a surrogate pair.
///
/// ```
/// JsonString string = JsonString.at(line, 1, line.length); // after the opening quote
/// string.writeTo(out); // "…", in canonical form
/// ```
///
/// @param to the closing quote
record JsonString(byte[] text, int from, int to, Escapes escapes) {

  /// Which escapes it has.
  enum Escapes {
    NONE,
    /// Only such as are canonical: it can be copied as it is.
    CANONICAL,
    OTHER
  }

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  /// Reads up to the closing quote.
  ///
  /// @param end where the text ends
  /// @throws NotPlainException where it is no such string
  static JsonString at(byte[] text, int from, int end) {
    Escapes escapes = Escapes.NONE;
    int i = from;
    while (i < end) {
      int each = text[i];
      if (each < 0) {
        i += Utf8.sequenceBytes(text, i, end);
      } else if (each == '"') {
        return new JsonString(text, from, i, escapes);
      } else if (each == '\\') {
        int length = escapeBytes(text, i, end);
        if (length > 2 || text[i + 1] == '/') {
          escapes = Escapes.OTHER;
        } else if (escapes == Escapes.NONE) {
          escapes = Escapes.CANONICAL;
        }
        i += length;
      } else if (each >= ' ') {
        i = afterOrdinary(text, i + 1, end);
      } else {
        throw new NotPlainException();
      }
    }
    throw new NotPlainException();
  }

  /// Past ASCII that stands for itself, eight bytes at a time while there are that many.
  private static int afterOrdinary(byte[] text, int from, int end) {
    int i = from;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      long eight = (long) EIGHT.get(text, i);
      long quotes = eight ^ ONES * '"';
      long backslashes = eight ^ ONES * '\\';
      // The highest bit of a byte is set where it is one of those, below a space, or not ASCII. The
      // subtractions may borrow from the bytes above such a one, so only the first is sure.
      long found = (quotes - ONES | backslashes - ONES | eight - ONES * ' ' | eight) & HIGHS;
      if (found != 0) {
        return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
    }
    while (i < end && text[i] >= ' ' && text[i] != '"' && text[i] != '\\') {
      i++;
    }
    return i;
  }

  /// How long an escape is: two bytes, six, or twelve for a surrogate pair.
  private static int escapeBytes(byte[] text, int at, int end) {
    if (at + 1 == end) {
      throw new NotPlainException();
    }
    switch (text[at + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
        return 2;
      }
      case 'u' -> {
        char first = utf16(text, at, end);
        if (!Character.isSurrogate(first)) {
          return 6;
        }
        if (Character.isHighSurrogate(first)
            && Character.isLowSurrogate(utf16(text, at + 6, end))) {
          return 12;
        }
        throw new NotPlainException();
      }
      default -> throw new NotPlainException();
    }
  }

  /// What a backslash, a `u` and four digits stand for.
  private static char utf16(byte[] text, int at, int end) {
    if (at + 6 > end || text[at] != '\\' || text[at + 1] != 'u') {
      throw new NotPlainException();
    }
    int value = 0;
    for (int i = at + 2; i < at + 6; i++) {
      int digit = Character.digit(text[i], 16);
      if (digit < 0) {
        throw new NotPlainException();
      }
      value = value << 4 | digit;
    }
    return (char) value;
  }

  boolean is(byte[] expected) {
    return Arrays.equals(text, from, to, expected, 0, expected.length);
  }

  /// As [String#isBlank] says of it.
  boolean isBlank() {
    for (int i = from; i < to; ) {
      int each = text[i];
      int codePoint = each;
      int length = 1;
      if (each == '\\') {
        length = escapeBytes(text, i, to);
        codePoint = escaped(i, length);
      } else if (each < 0) {
        length = Utf8.sequenceBytes(text, i, to);
        codePoint = Utf8.codePoint(text, i, length);
      }
      if (!Character.isWhitespace(codePoint)) {
        return false;
      }
      i += length;
    }
    return true;
  }

  /// Writes it with its quotes, escaped as JSON demands and no further.
  void writeTo(CanonicalBytes out) {
    out.write('"');
    writeTextTo(out);
    out.write('"');
  }

  /// Writes what stands between the quotes.
  void writeTextTo(CanonicalBytes out) {
    if (escapes == Escapes.OTHER) {
      writeEscapesTo(out);
    } else {
      out.write(text, from, to - from);
    }
  }

  private void writeEscapesTo(CanonicalBytes out) {
    int copied = from;
    for (int i = from; i < to; ) {
      if (text[i] != '\\') {
        i++;
        continue;
      }
      out.write(text, copied, i - copied);
      int length = escapeBytes(text, i, to);
      write(escaped(i, length), out);
      i += length;
      copied = i;
    }
    out.write(text, copied, to - copied);
  }

  /// The code point that an escape stands for.
  private int escaped(int at, int length) {
    return switch (length) {
      case 6 -> utf16(text, at, to);
      case 12 -> Character.toCodePoint(utf16(text, at, to), utf16(text, at + 6, to));
      default ->
          switch (text[at + 1]) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> text[at + 1];
          };
    };
  }

  private static void write(int codePoint, CanonicalBytes out) {
    int shortForm =
        switch (codePoint) {
          case '"', '\\' -> codePoint;
          case '\b' -> 'b';
          case '\f' -> 'f';
          case '\n' -> 'n';
          case '\r' -> 'r';
          case '\t' -> 't';
          default -> 0;
        };
    if (shortForm != 0) {
      out.write('\\');
      out.write(shortForm);
    } else if (codePoint < ' ') {
      out.write(new byte[] {'\\', 'u', '0', '0', HEX[codePoint >> 4], HEX[codePoint & 0xF]});
    } else {
      Utf8.write(codePoint, out);
    }
  }
}
