package io.kubetune.contract.template;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// `str(value)` and `repr(value)`.
///
/// ```
/// str:   None, True, 1.0, user          repr: {'role': 'user', "it's": [1, (2,)]}
/// ```
final class PythonText {
  private final StringBuilder out = new StringBuilder();
  private final Budget budget;
  private int charged;

  private PythonText(Budget budget) {
    this.budget = budget;
  }

  static String str(Value value, Budget budget) {
    return switch (value) {
      case Value.Text(String text, boolean _) -> text;
      case Value.Undefined _ -> "";
      case Value.None _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Value.Sequence _,
          Value.Dict _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          repr(value, budget);
    };
  }

  static String repr(Value value, Budget budget) {
    PythonText text = new PythonText(budget);
    text.write(value);
    text.charge();
    return text.out.toString();
  }

  /// Accounts for what was written since the last time: a value may hold another many times.
  private void charge() {
    budget.characters((long) out.length() - charged);
    charged = out.length();
  }

  private void write(Value value) {
    budget.steps(1);
    charge();
    switch (value) {
      case Value.Undefined _ -> out.append("Undefined");
      case Value.None _ -> out.append("None");
      case Value.Bool(boolean flag) -> out.append(flag ? "True" : "False");
      case Value.Int(BigInteger integer) -> out.append(integer);
      case Value.Real(double real) -> out.append(Numbers.write(real));
      case Value.Text(String text, boolean safe) -> {
        budget.steps(text.length() / 8);
        out.append(safe ? "Markup(" : "");
        quote(text);
        out.append(safe ? ")" : "");
      }
      case Value.Sequence(List<Value> items, Value.Sequence.Kind kind) -> sequence(items, kind);
      case Value.Dict(Map<Value, Value> entries) -> dict(entries);
      case Value.Stream _ -> out.append("<generator object>");
      case Value.Namespace namespace -> {
        out.append("<Namespace {");
        String separator = "";
        for (Map.Entry<String, Value> each : namespace.attributes.entrySet()) {
          out.append(separator);
          quote(each.getKey());
          out.append(": ");
          write(each.getValue());
          separator = ", ";
        }
        out.append("}>");
      }
      case Value.Function(String name, Value.Function.Body _) ->
          out.append("<function ").append(name).append('>');
      case Value.Loop _ -> out.append("<LoopContext>");
    }
  }

  private void sequence(List<Value> items, Value.Sequence.Kind kind) {
    switch (kind) {
      case LIST -> items("[", items, "]");
      case TUPLE, GROUP -> items("(", items, items.size() == 1 ? ",)" : ")");
      case RANGE -> range(items);
      case DICT_KEYS, DICT_VALUES, DICT_ITEMS -> items(kind.pythonName + "([", items, "])");
    }
  }

  private void items(String open, List<Value> items, String close) {
    out.append(open);
    String separator = "";
    for (Value each : items) {
      out.append(separator);
      write(each);
      separator = ", ";
    }
    out.append(close);
  }

  private void range(List<Value> items) {
    BigInteger first = items.isEmpty() ? BigInteger.ZERO : Numbers.integer(items.getFirst());
    BigInteger step =
        items.size() < 2 ? BigInteger.ONE : Numbers.integer(items.get(1)).subtract(first);
    BigInteger end = items.isEmpty() ? BigInteger.ZERO : Numbers.integer(items.getLast()).add(step);
    out.append("range(").append(first).append(", ").append(end);
    out.append(step.equals(BigInteger.ONE) ? ")" : ", " + step + ")");
  }

  private void dict(Map<Value, Value> entries) {
    out.append('{');
    Iterator<Map.Entry<Value, Value>> each = entries.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<Value, Value> entry = each.next();
      write(entry.getKey());
      out.append(": ");
      write(entry.getValue());
      out.append(each.hasNext() ? ", " : "");
    }
    out.append('}');
  }

  private void quote(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints()
        .forEach(c -> {
          if (c == quote || c == '\\') {
            out.append('\\').append((char) c);
          } else if (c == '\n') {
            out.append("\\n");
          } else if (c == '\r') {
            out.append("\\r");
          } else if (c == '\t') {
            out.append("\\t");
          } else if (isPrintable(c)) {
            out.appendCodePoint(c);
          } else if (c <= 0xff) {
            out.append("\\x%02x".formatted(c));
          } else if (c <= 0xffff) {
            out.append("\\u%04x".formatted(c));
          } else {
            out.append("\\U%08x".formatted(c));
          }
        });
    out.append(quote);
  }

  /// `str.isprintable`: no control, format, surrogate, private or unassigned code point, and no
  /// separator but the space.
  static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
