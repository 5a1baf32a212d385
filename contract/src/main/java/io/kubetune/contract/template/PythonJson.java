package io.kubetune.contract.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `json.dumps` as the filter `tojson` calls it: keys in their order, nothing escaped that JSON
/// does not demand (no HTML, no non-ASCII).
///
/// ```
/// {"a": [1, 2.0, true], "b": "é<&>"}          with indent=2 one item a line
/// ```
final class PythonJson {
  /// @param indent written once a level; empty: all on one line
  record Style(
      boolean ascii,
      Optional<String> indent,
      String itemSeparator,
      String keySeparator,
      boolean sorted) {}

  private final StringBuilder out = new StringBuilder();
  private final Style style;
  private final Budget budget;

  private PythonJson(Style style, Budget budget) {
    this.style = style;
    this.budget = budget;
  }

  /// The filter: `tojson(ensure_ascii=False, indent=None, separators=None, sort_keys=False)`.
  static Value filter(Value input, Passed arguments, Budget budget) {
    Value[] given =
        arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    Optional<String> indent = indent(given[1], budget);
    String item = indent.isPresent() ? "," : ", ";
    String key = ": ";
    if (given[2] instanceof Value.Sequence(List<Value> pair, Value.Sequence.Kind _)) {
      if (pair.size() != 2) {
        throw TemplateException.value("separators must be (item, key)");
      }
      item = Passed.text(pair.get(0), "an item separator");
      key = Passed.text(pair.get(1), "a key separator");
    }
    Style style =
        new Style(Passed.flag(given[0], false), indent, item, key, Passed.flag(given[3], false));
    PythonJson json = new PythonJson(style, budget);
    json.write(input, 0);
    return Value.text(json.out.toString());
  }

  private static Optional<String> indent(Value given, Budget budget) {
    if (given == null || given instanceof Value.None) {
      return Optional.empty();
    }
    if (given instanceof Value.Text(String text, boolean _)) {
      return Optional.of(text);
    }
    int width = Math.max(0, Passed.index(given));
    budget.characters(width);
    return Optional.of(" ".repeat(width));
  }

  private void write(Value value, int depth) {
    budget.steps(1);
    switch (value) {
      case Value.None _ -> append("null");
      case Value.Bool(boolean flag) -> append(flag ? "true" : "false");
      case Value.Int(BigInteger integer) -> append(integer.toString());
      case Value.Real(double real) -> append(real(real));
      case Value.Text(String text, boolean _) -> string(text);
      case Value.Sequence(List<Value> items, Value.Sequence.Kind kind)
          when kind.hasIndex() && kind != Value.Sequence.Kind.RANGE ->
          list(items, depth);
      case Value.Dict(Map<Value, Value> entries) -> dict(entries, depth);
      case Value.Undefined _,
          Value.Sequence _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw TemplateException.type(
              "Object of type " + value.typeName() + " is not JSON serializable");
    }
  }

  private static String real(double real) {
    return Double.isNaN(real)
        ? "NaN"
        : Double.isInfinite(real) ? (real > 0 ? "Infinity" : "-Infinity") : Numbers.write(real);
  }

  private void list(List<Value> items, int depth) {
    append("[");
    for (int i = 0; i < items.size(); i++) {
      between(i == 0, depth + 1);
      write(items.get(i), depth + 1);
    }
    end(items.isEmpty(), "]", depth);
  }

  private void dict(Map<Value, Value> entries, int depth) {
    append("{");
    List<Map.Entry<Value, Value>> ordered = new ArrayList<>(entries.entrySet());
    if (style.sorted()) {
      ordered.sort(
          Comparator.comparing(
              Map.Entry::getKey, (a, b) -> Comparisons.compare(a, b, "<", budget)));
    }
    for (int i = 0; i < ordered.size(); i++) {
      between(i == 0, depth + 1);
      string(key(ordered.get(i).getKey()));
      append(style.keySeparator());
      write(ordered.get(i).getValue(), depth + 1);
    }
    end(ordered.isEmpty(), "}", depth);
  }

  private static String key(Value key) {
    return switch (key) {
      case Value.Text(String text, boolean _) -> text;
      case Value.Int(BigInteger integer) -> integer.toString();
      case Value.Real(double real) -> real(real);
      case Value.Bool(boolean flag) -> flag ? "true" : "false";
      case Value.None _ -> "null";
      case Value.Undefined _,
          Value.Sequence _,
          Value.Dict _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          throw TemplateException.type(
              "keys must be str, int, float, bool or None, not " + key.typeName());
    };
  }

  private void between(boolean first, int depth) {
    if (!first) {
      append(style.itemSeparator());
    }
    newline(depth);
  }

  private void end(boolean empty, String bracket, int depth) {
    if (!empty) {
      newline(depth);
    }
    append(bracket);
  }

  private void newline(int depth) {
    if (style.indent().isPresent()) {
      budget.characters((long) depth * style.indent().get().length());
      append("\n").append(style.indent().get().repeat(depth));
    }
  }

  private StringBuilder append(String text) {
    budget.characters(text.length());
    return out.append(text);
  }

  private void string(String text) {
    budget.characters(text.length() + 2L);
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (c < 0x20 || (style.ascii() && c > 0x7e)) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
