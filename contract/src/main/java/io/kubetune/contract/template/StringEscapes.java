package io.kubetune.contract.template;

/// Python's escapes in a string literal: `\n`, `\x41`, `\u00e9`, octal, a continued line; an escape
/// that Python does not know stays as it is written.
final class StringEscapes {
  private StringEscapes() {}

  static String unescape(String text, int line) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i++);
      if (c != '\\' || i == text.length()) {
        out.append(c);
        continue;
      }
      char e = text.charAt(i++);
      switch (e) {
        case '\n' -> {
          // A backslash before a line break joins the lines.
        }
        case 'n' -> out.append('\n');
        case 't' -> out.append('\t');
        case 'r' -> out.append('\r');
        case 'a' -> out.append('\u0007');
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'v' -> out.append('\u000b');
        case '\\', '\'', '"' -> out.append(e);
        case 'x' -> i = hex(text, i, 2, out, line);
        case 'u' -> i = hex(text, i, 4, out, line);
        case 'U' -> i = hex(text, i, 8, out, line);
        case '0', '1', '2', '3', '4', '5', '6', '7' -> i = octal(text, i - 1, out);
        default -> out.append('\\').append(e);
      }
    }
    return out.toString();
  }

  private static int hex(String text, int at, int digits, StringBuilder out, int line) {
    int end = at + digits;
    try {
      out.appendCodePoint(Integer.parseInt(text.substring(at, end), 16));
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new TemplateException(
          TemplateException.Kind.SYNTAX, "truncated or invalid escape in a string", line);
    }
    return end;
  }

  private static int octal(String text, int at, StringBuilder out) {
    int end = at;
    int value = 0;
    while (end < text.length()
        && end < at + 3
        && text.charAt(end) >= '0'
        && text.charAt(end) <= '7') {
      value = value * 8 + text.charAt(end++) - '0';
    }
    out.append((char) value);
    return end;
  }
}
