package io.kubetune.contract.template;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `"%s is %d" % (name, count)`, and the filter `format`.
final class PercentFormat {
  private static final Pattern CONVERSION =
      Pattern.compile("%(?:\\(([^)]*)\\))?([#0\\- +]*)(\\d*)(?:\\.(\\d+))?(.)", Pattern.DOTALL);

  private PercentFormat() {}

  static Value.Text format(Value.Text pattern, Value arguments, Budget budget) {
    boolean tuple =
        arguments instanceof Value.Sequence(List<Value> _, Value.Sequence.Kind kind)
            && kind == Value.Sequence.Kind.TUPLE;
    List<Value> values = tuple ? ((Value.Sequence) arguments).items() : List.of(arguments);
    Matcher each = CONVERSION.matcher(pattern.value());
    StringBuilder out = new StringBuilder();
    int next = 0;
    boolean named = false;
    int end = 0;
    while (each.find()) {
      out.append(pattern.value(), end, each.start());
      end = each.end();
      if (each.group(5).equals("%")) {
        out.append('%');
        continue;
      }
      Value value;
      if (each.group(1) != null) {
        named = true;
        value = namedValue(arguments, each.group(1));
      } else if (next < values.size()) {
        value = values.get(next++);
      } else {
        throw TemplateException.type("not enough arguments for format string");
      }
      FormatSpec spec = spec(each);
      String text = FormatSpec.text(value, spec, each.group(5).charAt(0), budget);
      out.append(pattern.safe() ? Html.escaped(text, budget).value() : text);
      budget.characters(text.length());
    }
    out.append(pattern.value(), end, pattern.value().length());
    if (!named && next < values.size() && (tuple || !canBeIndexed(arguments))) {
      throw TemplateException.type("not all arguments converted during string formatting");
    }
    budget.characters(out.length());
    return new Value.Text(out.toString(), pattern.safe());
  }

  /// CPython takes whatever has items for a mapping, and a mapping need not be used up.
  private static boolean canBeIndexed(Value arguments) {
    return arguments instanceof Value.Dict
        || arguments instanceof Value.Undefined
        || arguments instanceof Value.Sequence;
  }

  private static Value namedValue(Value arguments, String name) {
    if (!(arguments instanceof Value.Dict(Map<Value, Value> entries))) {
      throw TemplateException.type("format requires a mapping");
    }
    Value value = entries.get(Value.text(name));
    if (value == null) {
      throw TemplateException.value("KeyError: '" + name + "'");
    }
    return value;
  }

  private static FormatSpec spec(Matcher conversion) {
    String flags = conversion.group(2);
    boolean left = flags.contains("-");
    boolean zero = flags.contains("0") && !left;
    return new FormatSpec(
        zero ? "0" : " ",
        left ? '<' : zero ? '=' : '>',
        flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : '-',
        flags.contains("#"),
        false,
        FormatSpec.number(conversion.group(3), 0),
        FormatSpec.number(conversion.group(4), -1));
  }
}
