package io.kubetune.cli.data.shape;

/// UTF-8 beyond ASCII, strictly: no overlong forms, no encoded surrogates, nothing past U+10FFFF
/// (The Unicode Standard, table 3-7).
///
/// ```
/// Utf8.sequenceBytes("é".getBytes(UTF_8), 0, 2); // 2
/// ```
final class Utf8 {
  private Utf8() {}

  /// How many bytes the character at a byte that is not ASCII takes.
  ///
  /// @throws NotPlainException where it is none
  static int sequenceBytes(byte[] text, int at, int end) {
    int first = text[at] & 0xFF;
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    boolean sound = first >= 0xC2 && first <= 0xF4 && at + length <= end;
    if (sound) {
      int second = text[at + 1] & 0xFF;
      int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
      int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
      sound = second >= least && second <= most;
      for (int i = at + 2; i < at + length; i++) {
        sound &= (text[i] & 0xC0) == 0x80;
      }
    }
    if (!sound) {
      throw new NotPlainException();
    }
    return length;
  }

  /// The character of a sound sequence.
  static int codePoint(byte[] text, int at, int length) {
    int codePoint = text[at] & 0xFF >> length + 1;
    for (int i = at + 1; i < at + length; i++) {
      codePoint = codePoint << 6 | text[i] & 0x3F;
    }
    return codePoint;
  }

  /// Any character, ASCII too; no surrogate.
  static void write(int codePoint, CanonicalBytes out) {
    if (codePoint < 0x80) {
      out.write(codePoint);
    } else if (codePoint < 0x800) {
      out.write(0xC0 | codePoint >> 6);
      out.write(0x80 | codePoint & 0x3F);
    } else if (codePoint < 0x10000) {
      out.write(0xE0 | codePoint >> 12);
      out.write(0x80 | codePoint >> 6 & 0x3F);
      out.write(0x80 | codePoint & 0x3F);
    } else {
      out.write(0xF0 | codePoint >> 18);
      out.write(0x80 | codePoint >> 12 & 0x3F);
      out.write(0x80 | codePoint >> 6 & 0x3F);
      out.write(0x80 | codePoint & 0x3F);
    }
  }
}
