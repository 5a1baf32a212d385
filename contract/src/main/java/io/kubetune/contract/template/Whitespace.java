package io.kubetune.contract.template;

import java.util.function.IntPredicate;

/// What Python calls whitespace (`str.isspace`, `\s`), which differs from Java's by the no-break
/// spaces and NEL.
final class Whitespace {
  private Whitespace() {}

  static boolean is(int c) {
    return c == ' '
        || (c >= 0x09 && c <= 0x0d)
        || (c >= 0x1c && c <= 0x1f)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  static String strip(String text, boolean left, boolean right) {
    return strip(text, Whitespace::is, left, right);
  }

  /// `str.strip`, `lstrip` and `rstrip` of the code points that `goes` names.
  static String strip(String text, IntPredicate goes, boolean left, boolean right) {
    int begin = 0;
    int end = text.length();
    while (left && begin < end && goes.test(text.codePointAt(begin))) {
      begin += Character.charCount(text.codePointAt(begin));
    }
    while (right && end > begin && goes.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(begin, end);
  }
}
