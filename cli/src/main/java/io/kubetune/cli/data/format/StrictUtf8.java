package io.kubetune.cli.data.format;

import io.kubetune.contract.Problem;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Decodes UTF-8 and takes nothing else: no overlong forms, no encoded surrogates. JSON parsers let
/// both pass.
///
/// ```
/// int bad = utf8.decode(bytes, from, to); // -1, and then utf8.chars() holds utf8.length() chars
/// ```
final class StrictUtf8 {
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private CharBuffer chars;

  StrictUtf8() {
    this(1 << 16);
  }

  /// @param expectedBytes of most texts that will be decoded
  StrictUtf8(int expectedBytes) {
    chars = CharBuffer.allocate(expectedBytes);
  }

  /// The index of the first byte that is not UTF-8, or -1 where all of [from, to) is.
  int decode(byte[] bytes, int from, int to) {
    if (chars.capacity() < to - from) {
      chars = CharBuffer.allocate(Math.max(to - from, chars.capacity() * 2));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    CoderResult result = decoder.reset().decode(in, chars.clear(), true);
    chars.flip();
    return result.isUnderflow() ? -1 : in.position();
  }

  char[] chars() {
    return chars.array();
  }

  int length() {
    return chars.limit();
  }

  /// The problem of one byte that is not UTF-8.
  ///
  /// @param offset of the byte in the (unpacked) file, from 0
  static Problem problem(Place place, long offset, byte found) {
    return place.problem(
        "",
        "byte " + offset + " (0x%02X) is not UTF-8".formatted(found & 0xFF),
        "save the file as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8");
  }
}
