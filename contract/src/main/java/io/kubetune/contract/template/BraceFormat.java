package io.kubetune.contract.template;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `"{} is {name!r:>8}".format(…)`.
final class BraceFormat {
  private static final Pattern SPEC =
      Pattern.compile(
          "(?:(.)?([<>=^]))?([+\\- ])?(#)?(0)?(\\d*)(,|_)?(?:\\.(\\d+))?([a-zA-Z%])?",
          Pattern.DOTALL);
  private static final Pattern PART = Pattern.compile("\\.([^.\\[]+)|\\[([^\\]]+)\\]");

  private final String pattern;
  private final Passed arguments;
  private final Budget budget;
  private final StringBuilder out = new StringBuilder();
  private int automatic;

  private BraceFormat(String pattern, Passed arguments, Budget budget) {
    this.pattern = pattern;
    this.arguments = arguments;
    this.budget = budget;
  }

  static String format(String pattern, Passed arguments, Budget budget) {
    BraceFormat format = new BraceFormat(pattern, arguments, budget);
    format.run();
    budget.characters(format.out.length());
    return format.out.toString();
  }

  private void run() {
    int at = 0;
    while (at < pattern.length()) {
      char c = pattern.charAt(at);
      boolean doubled = at + 1 < pattern.length() && pattern.charAt(at + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        out.append(c);
        at += 2;
      } else if (c == '{') {
        int end = pattern.indexOf('}', at);
        if (end < 0) {
          throw TemplateException.value("expected '}' before end of string");
        }
        out.append(field(pattern.substring(at + 1, end)));
        at = end + 1;
      } else if (c == '}') {
        throw TemplateException.value("Single '}' encountered in format string");
      } else {
        out.append(c);
        at++;
      }
    }
  }

  private String field(String field) {
    int colon = field.indexOf(':');
    String spec = colon < 0 ? "" : field.substring(colon + 1);
    String name = colon < 0 ? field : field.substring(0, colon);
    int bang = name.indexOf('!');
    char conversion = bang < 0 || bang + 1 == name.length() ? ' ' : name.charAt(bang + 1);
    Value value = value(bang < 0 ? name : name.substring(0, bang));
    if (conversion == 'r' || conversion == 'a') {
      value = Value.text(PythonText.repr(value, budget));
    } else if (conversion == 's') {
      value = Value.text(PythonText.str(value, budget));
    }
    String text = formatted(value, spec);
    budget.characters(text.length());
    return text;
  }

  private Value value(String path) {
    int end = 0;
    while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
      end++;
    }
    String first = path.substring(0, end);
    Value value = argument(first);
    Matcher part = PART.matcher(path).region(end, path.length());
    while (part.find()) {
      value =
          part.group(1) != null
              ? Attributes.attribute(value, part.group(1), budget)
              : Attributes.subscript(value, key(part.group(2)), budget);
    }
    return value;
  }

  private Value argument(String name) {
    Value value;
    if (name.isEmpty() || name.chars().allMatch(Character::isDigit)) {
      int index = name.isEmpty() ? automatic++ : FormatSpec.number(name, 0);
      value = index < arguments.positional().size() ? arguments.positional().get(index) : null;
    } else {
      value = arguments.named().get(name);
    }
    if (value == null) {
      throw TemplateException.value("no argument '" + name + "' for the format string");
    }
    return value;
  }

  private static Value key(String text) {
    return text.chars().allMatch(Character::isDigit)
        ? Value.Int.of(FormatSpec.number(text, 0))
        : Value.text(text);
  }

  static String formatted(Value value, String spec, Budget budget) {
    return new BraceFormat("", Passed.NOTHING, budget).formatted(value, spec);
  }

  private String formatted(Value value, String spec) {
    if (spec.isEmpty()) {
      return PythonText.str(value, budget);
    }
    Matcher parts = SPEC.matcher(spec);
    if (!parts.matches()) {
      throw TemplateException.value("Invalid format specifier '" + spec + "'");
    }
    boolean number = Comparisons.isNumber(value) && !(value instanceof Value.Bool);
    boolean zero = parts.group(5) != null && parts.group(2) == null;
    String fill = parts.group(1) != null ? parts.group(1) : zero ? "0" : " ";
    char align =
        parts.group(2) != null ? parts.group(2).charAt(0) : zero ? '=' : number ? '>' : '<';
    char type =
        parts.group(9) != null
            ? parts.group(9).charAt(0)
            : value instanceof Value.Int ? 'd' : realType(value, parts.group(8));
    return FormatSpec.text(
        value,
        new FormatSpec(
            fill,
            align,
            parts.group(3) == null ? '-' : parts.group(3).charAt(0),
            parts.group(4) != null,
            parts.group(7) != null,
            FormatSpec.number(parts.group(6), 0),
            FormatSpec.number(parts.group(8), -1)),
        type,
        budget);
  }

  private static char realType(Value value, String precision) {
    return value instanceof Value.Real && precision != null ? 'g' : 's';
  }
}
