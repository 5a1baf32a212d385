package io.kubetune.contract.template;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/// C's `strftime` in the C locale, as `strftime_now` calls it.
///
/// ```
/// %d %b %Y   →   23 Nov 2026
/// ```
final class Strftime {
  /// Each directive's pattern in Java's DateTimeFormatter.
  private static final Map<Character, String> PATTERNS =
      Map.ofEntries(
          Map.entry('a', "EEE"),
          Map.entry('A', "EEEE"),
          Map.entry('b', "MMM"),
          Map.entry('h', "MMM"),
          Map.entry('B', "MMMM"),
          Map.entry('c', "EEE MMM ppd HH:mm:ss yyyy"),
          Map.entry('d', "dd"),
          Map.entry('D', "MM/dd/yy"),
          Map.entry('e', "ppd"),
          Map.entry('f', "SSSSSS"),
          Map.entry('F', "yyyy-MM-dd"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('j', "DDD"),
          Map.entry('m', "MM"),
          Map.entry('M', "mm"),
          Map.entry('p', "a"),
          Map.entry('R', "HH:mm"),
          Map.entry('S', "ss"),
          Map.entry('T', "HH:mm:ss"),
          Map.entry('u', "e"),
          Map.entry('x', "MM/dd/yy"),
          Map.entry('X', "HH:mm:ss"),
          Map.entry('y', "yy"),
          Map.entry('Y', "yyyy"));

  private Strftime() {}

  static String format(String format, LocalDateTime now) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char directive = format.charAt(++i);
      boolean bare = directive == '-' && i + 1 < format.length();
      if (bare) {
        directive = format.charAt(++i);
      }
      String text = field(directive, now);
      // glibc's `%-d`: the number without its leading zeros.
      out.append(bare ? text.replaceFirst("^[0 ]+(?=.)", "") : text);
    }
    return out.toString();
  }

  private static String field(char directive, LocalDateTime now) {
    return switch (directive) {
      case '%' -> "%";
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'w' -> Integer.toString(now.getDayOfWeek().getValue() % 7);
      case 'u' -> Integer.toString(now.getDayOfWeek().getValue());
      // A time without a zone has neither (Python writes nothing).
      case 'z', 'Z' -> "";
      default -> {
        String pattern = PATTERNS.get(directive);
        yield pattern == null
            ? "%" + directive
            : DateTimeFormatter.ofPattern(pattern, Locale.US).format(now);
      }
    };
  }
}
