package io.kubetune.contract.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Filters on lists and dicts: length, order, joining.
final class SequenceFilters {
  static final Map<String, Filters.Filter> ALL =
      Map.ofEntries(
          Map.entry("length", (input, _, e) -> Value.Int.of(Iteration.length(input, e.budget()))),
          Map.entry("count", (input, _, e) -> Value.Int.of(Iteration.length(input, e.budget()))),
          Map.entry("list", (input, _, e) -> Value.list(Iteration.list(input, e.budget()))),
          Map.entry("first", SequenceFilters::first),
          Map.entry("last", SequenceFilters::last),
          Map.entry("join", SequenceFilters::join),
          Map.entry("items", SequenceFilters::items),
          Map.entry("reverse", SequenceFilters::reverse),
          Map.entry("sort", SequenceFilters::sort),
          Map.entry("dictsort", SequenceFilters::sortDict),
          Map.entry("min", (input, passed, e) -> extreme(input, passed, e, false)),
          Map.entry("max", (input, passed, e) -> extreme(input, passed, e, true)),
          Map.entry("sum", SequenceFilters::sum),
          Map.entry("batch", SequenceFilters::batch),
          Map.entry("slice", SequenceFilters::slice));

  private SequenceFilters() {}

  private static Value first(Value input, Passed arguments, Environment environment) {
    Iterator<Value> items =
        input instanceof Value.Stream(Iterator<Value> rest)
            ? rest
            : Iteration.list(input, environment.budget()).iterator();
    return items.hasNext()
        ? items.next()
        : new Value.Undefined("No first item, sequence was empty.");
  }

  private static Value last(Value input, Passed arguments, Environment environment) {
    if (input instanceof Value.Stream) {
      throw TemplateException.type("'generator' object is not reversible");
    }
    List<Value> items = Iteration.list(input, environment.budget());
    return items.isEmpty()
        ? new Value.Undefined("No last item, sequence was empty.")
        : items.getLast();
  }

  private static Value join(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("join", 0, "d", "attribute");
    String separator = given[0] == null ? "" : PythonText.str(given[0], environment.budget());
    Optional<Value> attribute = SelectionFilters.given(given[1]);
    StringBuilder out = new StringBuilder();
    String before = "";
    for (Value each : Iteration.list(input, environment.budget())) {
      Value item = SelectionFilters.pick(each, attribute, environment);
      String text = PythonText.str(item, environment.budget());
      environment.budget().characters((long) before.length() + text.length());
      out.append(before).append(text);
      before = separator;
    }
    return Value.text(out.toString());
  }

  private static Value items(Value input, Passed arguments, Environment environment) {
    return Value.Stream.of(() -> {
      if (input instanceof Value.Undefined) {
        return List.of();
      }
      if (!(input instanceof Value.Dict dict)) {
        throw TemplateException.type("Can only get item pairs from a mapping.");
      }
      return Attributes.items(dict, environment.budget()).items();
    });
  }

  private static Value reverse(Value input, Passed arguments, Environment environment) {
    if (input instanceof Value.Text(String text, boolean safe)) {
      environment.budget().characters(text.length());
      int[] points = text.codePoints().toArray();
      StringBuilder out = new StringBuilder(text.length());
      for (int i = points.length - 1; i >= 0; i--) {
        out.appendCodePoint(points[i]);
      }
      return new Value.Text(out.toString(), safe);
    }
    List<Value> reversed = Iteration.list(input, environment.budget()).reversed();
    return input instanceof Value.Stream
        ? Value.list(reversed)
        : new Value.Stream(reversed.iterator());
  }

  /// Text in lower case, anything else as it is: how Jinja orders unless told otherwise.
  static Value folded(Value value, boolean caseSensitive) {
    return !caseSensitive && value instanceof Value.Text(String text, boolean _)
        ? Value.text(text.toLowerCase(Locale.ROOT))
        : value;
  }

  static Comparator<Value> order(Environment environment) {
    return (a, b) -> Comparisons.compare(a, b, "<", environment.budget());
  }

  private record Keyed(Value key, Value item) {}

  private static Value sort(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
    boolean sensitive = Passed.flag(given[1], false);
    List<String> paths =
        given[2] instanceof Value.Text(String text, boolean _)
            ? List.of(text.split(","))
            : List.of();
    List<Keyed> keyed = new ArrayList<>();
    for (Value each : Iteration.list(input, environment.budget())) {
      List<Value> keys = new ArrayList<>();
      if (paths.isEmpty()) {
        keys.add(
            folded(
                SelectionFilters.pick(each, SelectionFilters.given(given[2]), environment),
                sensitive));
      }
      for (String path : paths) {
        Optional<Value> attribute = Optional.of(Value.text(path));
        keys.add(folded(SelectionFilters.pick(each, attribute, environment), sensitive));
      }
      keyed.add(new Keyed(Value.list(keys), each));
    }
    return Value.list(sorted(keyed, Passed.flag(given[0], false), environment));
  }

  // Python's sort is stable in both directions, so the order is turned around, not the result.
  private static List<Value> sorted(List<Keyed> keyed, boolean reverse, Environment environment) {
    Comparator<Keyed> order = Comparator.comparing(Keyed::key, order(environment));
    keyed.sort(reverse ? order.reversed() : order);
    return keyed.stream().map(Keyed::item).toList();
  }

  private static Value sortDict(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
    if (!(input instanceof Value.Dict dict)) {
      throw TemplateException.type("dictsort needs a mapping, not " + input.typeName());
    }
    String by = given[1] == null ? "key" : Passed.text(given[1], "by");
    if (!by.equals("key") && !by.equals("value")) {
      throw TemplateException.value("You can only sort by either \"key\" or \"value\"");
    }
    boolean sensitive = Passed.flag(given[0], false);
    List<Keyed> keyed = new ArrayList<>();
    dict.entries()
        .forEach((key, value) ->
            keyed.add(
                new Keyed(
                    folded(by.equals("key") ? key : value, sensitive), Value.tuple(key, value))));
    environment.budget().steps(keyed.size());
    return Value.list(sorted(keyed, Passed.flag(given[2], false), environment));
  }

  private static Value extreme(
      Value input, Passed arguments, Environment environment, boolean largest) {
    Value[] given = arguments.bind("min", 0, "case_sensitive", "attribute");
    boolean sensitive = Passed.flag(given[0], false);
    Value best = null;
    Value bestKey = null;
    for (Value each : Iteration.list(input, environment.budget())) {
      Value key =
          folded(
              SelectionFilters.pick(each, SelectionFilters.given(given[1]), environment),
              sensitive);
      int order = best == null ? 0 : order(environment).compare(key, bestKey);
      if (best == null || (largest ? order > 0 : order < 0)) {
        best = each;
        bestKey = key;
      }
    }
    return best == null ? new Value.Undefined("No aggregated item, sequence was empty.") : best;
  }

  private static Value sum(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("sum", 0, "attribute", "start");
    Value total = given[1] == null ? Value.Int.of(0) : given[1];
    for (Value each : Iteration.list(input, environment.budget())) {
      Value item = SelectionFilters.pick(each, SelectionFilters.given(given[0]), environment);
      total = Operators.apply(Expression.Operation.ADD, total, item, environment.budget());
    }
    return total;
  }

  private static Value batch(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("batch", 1, "linecount", "fill_with");
    int size = Math.max(1, Passed.index(given[0]));
    return Value.Stream.of(() -> batches(input, size, given[1], environment));
  }

  private static List<Value> batches(Value input, int size, Value fill, Environment environment) {
    List<Value> batches = new ArrayList<>();
    List<Value> items = Iteration.list(input, environment.budget());
    for (int at = 0; at < items.size(); at += size) {
      int end = (int) Math.min((long) at + size, items.size());
      List<Value> batch = new ArrayList<>(items.subList(at, end));
      if (fill != null && !(fill instanceof Value.None)) {
        environment.budget().steps((long) size - batch.size());
        while (batch.size() < size) {
          batch.add(fill);
        }
      }
      batches.add(Value.list(batch));
      if (end == items.size()) {
        break;
      }
    }
    return batches;
  }

  private static Value slice(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("slice", 1, "slices", "fill_with");
    int slices = Math.max(1, Passed.index(given[0]));
    return Value.Stream.of(() -> slices(input, slices, given[1], environment));
  }

  private static List<Value> slices(Value input, int slices, Value fill, Environment environment) {
    environment.budget().steps(slices);
    List<Value> items = Iteration.list(input, environment.budget());
    int each = items.size() / slices;
    int longer = items.size() % slices;
    List<Value> parts = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < slices; i++) {
      int end = at + each + (i < longer ? 1 : 0);
      List<Value> part = new ArrayList<>(items.subList(at, end));
      if (fill != null && !(fill instanceof Value.None) && i >= longer) {
        part.add(fill);
      }
      parts.add(Value.list(part));
      at = end;
    }
    return parts;
  }
}
