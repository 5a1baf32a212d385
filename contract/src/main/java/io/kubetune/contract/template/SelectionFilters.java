package io.kubetune.contract.template;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Filters that apply an attribute, a filter or a test to each item: map, select, unique, groupby.
final class SelectionFilters {
  static final Map<String, Filters.Filter> ALL =
      Map.of(
          "map", SelectionFilters::map,
          "select", (input, passed, e) -> select(input, passed, e, true, false),
          "reject", (input, passed, e) -> select(input, passed, e, false, false),
          "selectattr", (input, passed, e) -> select(input, passed, e, true, true),
          "rejectattr", (input, passed, e) -> select(input, passed, e, false, true),
          "unique", SelectionFilters::unique,
          "groupby", SelectionFilters::groupBy);

  private SelectionFilters() {}

  static Optional<Value> given(Value argument) {
    return argument == null || argument instanceof Value.None
        ? Optional.empty()
        : Optional.of(argument);
  }

  /// The item's attribute by a dotted path, whole numbers in it being positions; without one, the
  /// item itself.
  static Value pick(Value item, Optional<Value> attribute, Environment environment) {
    return attribute.isEmpty() ? item : pick(item, attribute.get(), null, environment);
  }

  private static Value pick(Value item, Value attribute, Value otherwise, Environment environment) {
    if (!(attribute instanceof Value.Text(String path, boolean _))) {
      return Attributes.subscript(item, attribute, environment.budget());
    }
    Value value = item;
    for (String part : path.split("\\.", -1)) {
      boolean position = !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
      Value key = position ? Value.Int.of(FormatSpec.number(part, 0)) : Value.text(part);
      value = Attributes.subscript(value, key, environment.budget());
      if (otherwise != null && value instanceof Value.Undefined) {
        value = otherwise;
      }
    }
    return value;
  }

  private static Value map(Value input, Passed arguments, Environment environment) {
    if (!input.truth()) {
      return new Value.Stream(List.<Value>of().iterator());
    }
    Function<Value, Value> change;
    if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
      Value[] given = arguments.bind("map", 0, "attribute", "default");
      change = item -> pick(item, given[0], given(given[1]).orElse(null), environment);
    } else if (arguments.positional().isEmpty()) {
      throw TemplateException.value("map requires a filter argument");
    } else {
      String name = Passed.text(arguments.positional().getFirst(), "a filter's name");
      Passed rest = arguments.without(1);
      change = item -> Filters.apply(name, item, rest, environment);
    }
    return lazily(input, environment, items -> items.map(change));
  }

  private static Value lazily(
      Value input, Environment environment, UnaryOperator<Stream<Value>> change) {
    Stream<Value> items =
        Stream.of(input).flatMap(each -> Iteration.list(each, environment.budget()).stream());
    return new Value.Stream(change.apply(items).iterator());
  }

  private static Value select(
      Value input, Passed arguments, Environment environment, boolean keep, boolean byAttribute) {
    if (!input.truth()) {
      return new Value.Stream(List.<Value>of().iterator());
    }
    int test = byAttribute ? 1 : 0;
    if (arguments.positional().size() < test) {
      throw TemplateException.value("Missing parameter for attribute name");
    }
    Optional<Value> attribute =
        byAttribute ? Optional.of(arguments.positional().getFirst()) : Optional.empty();
    boolean named = arguments.positional().size() > test;
    String name = named ? Passed.text(arguments.positional().get(test), "a test's name") : "";
    Passed rest = named ? arguments.without(test + 1) : Passed.NOTHING;
    return lazily(
        input,
        environment,
        items ->
            items.filter(item -> {
              Value picked = pick(item, attribute, environment);
              boolean passes = named ? Tests.test(name, picked, rest, environment) : picked.truth();
              return passes == keep;
            }));
  }

  private static Value unique(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("unique", 0, "case_sensitive", "attribute");
    boolean sensitive = Passed.flag(given[0], false);
    Set<Value> seen = new HashSet<>();
    return lazily(
        input,
        environment,
        items ->
            items.filter(item -> {
              Value key = pick(item, given(given[1]), environment);
              return seen.add(Dicts.key(SequenceFilters.folded(key, sensitive)));
            }));
  }

  private static Value groupBy(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
    boolean sensitive = Passed.flag(given[2], false);
    record Keyed(Value key, Value own, Value item) {}
    List<Keyed> keyed = new ArrayList<>();
    for (Value each : Iteration.list(input, environment.budget())) {
      Value own = pick(each, given[0], given(given[1]).orElse(null), environment);
      keyed.add(new Keyed(SequenceFilters.folded(own, sensitive), own, each));
    }
    keyed.sort((a, b) -> SequenceFilters.order(environment).compare(a.key(), b.key()));
    List<Value> groups = new ArrayList<>();
    for (int at = 0; at < keyed.size(); ) {
      Keyed first = keyed.get(at);
      List<Value> members = new ArrayList<>();
      while (at < keyed.size()
          && Comparisons.equal(keyed.get(at).key(), first.key(), environment.budget())) {
        members.add(keyed.get(at++).item());
      }
      groups.add(
          new Value.Sequence(List.of(first.own(), Value.list(members)), Value.Sequence.Kind.GROUP));
    }
    return Value.list(groups);
  }
}
