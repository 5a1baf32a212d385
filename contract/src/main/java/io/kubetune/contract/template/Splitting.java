package io.kubetune.contract.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `str.split` and its relatives.
final class Splitting {
  private Splitting() {}

  static Value split(String self, Passed arguments, boolean fromRight, Budget budget) {
    Value[] given = arguments.bind("split", 0, "sep", "maxsplit");
    Optional<String> separator = Passed.textOrNone(given[0], "must be str or None, the separator");
    int limit = Passed.index(given[1], -1);
    int most = limit < 0 ? Integer.MAX_VALUE : limit;
    if (separator.isPresent() && separator.get().isEmpty()) {
      throw TemplateException.value("empty separator");
    }
    List<String> parts =
        separator.isPresent()
            ? fromRight
                ? separatedFromRight(self, separator.get(), most)
                : separated(self, separator.get(), most)
            : fromRight ? wordsFromRight(self, most) : words(self, most);
    budget.steps(parts.size());
    return texts(parts);
  }

  private static Value texts(List<String> parts) {
    List<Value> values = new ArrayList<>(parts.size());
    parts.forEach(each -> values.add(Value.text(each)));
    return Value.list(values);
  }

  private static List<String> separated(String self, String separator, int most) {
    List<String> parts = new ArrayList<>();
    int at = 0;
    for (int found = self.indexOf(separator);
        found >= 0 && parts.size() < most;
        found = self.indexOf(separator, at)) {
      parts.add(self.substring(at, found));
      at = found + separator.length();
    }
    parts.add(self.substring(at));
    return parts;
  }

  private static List<String> separatedFromRight(String self, String separator, int most) {
    List<String> parts = new ArrayList<>();
    int end = self.length();
    while (parts.size() < most) {
      int found = self.lastIndexOf(separator, end - separator.length());
      if (found < 0 || end - separator.length() < 0) {
        break;
      }
      parts.add(self.substring(found + separator.length(), end));
      end = found;
    }
    parts.add(self.substring(0, end));
    return parts.reversed();
  }

  private static List<String> words(String self, int most) {
    List<String> parts = new ArrayList<>();
    String rest = Whitespace.strip(self, true, false);
    while (!rest.isEmpty()) {
      int end = 0;
      while (end < rest.length() && !Whitespace.is(rest.charAt(end))) {
        end++;
      }
      if (parts.size() == most) {
        parts.add(Whitespace.strip(rest, false, false));
        break;
      }
      parts.add(rest.substring(0, end));
      int next = end;
      while (next < rest.length() && Whitespace.is(rest.charAt(next))) {
        next++;
      }
      rest = rest.substring(next);
    }
    return parts;
  }

  private static List<String> wordsFromRight(String self, int most) {
    List<String> parts = new ArrayList<>();
    String rest = Whitespace.strip(self, false, true);
    while (!rest.isEmpty()) {
      int start = rest.length();
      while (start > 0 && !Whitespace.is(rest.charAt(start - 1))) {
        start--;
      }
      if (parts.size() == most) {
        parts.add(rest);
        break;
      }
      parts.add(rest.substring(start));
      rest = Whitespace.strip(rest.substring(0, start), false, true);
    }
    return parts.reversed();
  }

  static Value lines(String self, Passed arguments, Budget budget) {
    boolean keepEnds = Passed.flag(arguments.bind("splitlines", 0, "keepends")[0], false);
    List<String> lines = lines(self, keepEnds);
    budget.steps(lines.size());
    return texts(lines);
  }

  static List<String> lines(String self, boolean keepEnds) {
    List<String> lines = new ArrayList<>();
    int at = 0;
    while (at < self.length()) {
      int end = at;
      while (end < self.length() && !isLineEnd(self.charAt(end))) {
        end++;
      }
      int next = Math.min(end + 1, self.length());
      if (self.startsWith("\r\n", end)) {
        next = end + 2;
      }
      lines.add(self.substring(at, keepEnds ? next : end));
      at = next;
    }
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  static Value partition(String self, Passed arguments, boolean last) {
    String separator = Passed.text(arguments.bind("partition", 1, "sep")[0], "the separator");
    if (separator.isEmpty()) {
      throw TemplateException.value("empty separator");
    }
    int at = last ? self.lastIndexOf(separator) : self.indexOf(separator);
    if (at < 0) {
      return last
          ? Value.tuple(Value.text(""), Value.text(""), Value.text(self))
          : Value.tuple(Value.text(self), Value.text(""), Value.text(""));
    }
    return Value.tuple(
        Value.text(self.substring(0, at)),
        Value.text(separator),
        Value.text(self.substring(at + separator.length())));
  }
}
