package io.kubetune.contract.template;

import java.util.List;
import java.util.Optional;

/// Where a for loop is: `loop.index`, `loop.first`, `loop.previtem` and the rest.
final class LoopState {
  /// `loop(children)` of a recursive loop.
  interface Recursion {
    Value loop(Value items, int depth);
  }

  private final List<Value> items;
  private final int depth;
  private final Optional<Recursion> recursion;
  private int at = -1;
  private List<Value> lastChecked;

  /// @param depth nesting of a recursive loop, from 1
  LoopState(List<Value> items, int depth, Optional<Recursion> recursion) {
    this.items = items;
    this.depth = depth;
    this.recursion = recursion;
  }

  boolean advance() {
    return ++at < items.size();
  }

  Value item() {
    return items.get(at);
  }

  Value call(Passed arguments) {
    Value[] bound = arguments.bind("loop", 1, "iterable");
    return recursion
        .orElseThrow(() ->
            TemplateException.type(
                "The loop must have the 'recursive' marker to be called recursively."))
        .loop(bound[0], depth + 1);
  }

  /// The attribute of that name, or empty.
  Optional<Value> attribute(String name, Budget budget) {
    return Optional.ofNullable(
        switch (name) {
          case "index" -> Value.Int.of(at + 1);
          case "index0" -> Value.Int.of(at);
          case "revindex" -> Value.Int.of(items.size() - at);
          case "revindex0" -> Value.Int.of(items.size() - at - 1L);
          case "first" -> Value.Bool.of(at == 0);
          case "last" -> Value.Bool.of(at == items.size() - 1);
          case "length" -> Value.Int.of(items.size());
          case "depth" -> Value.Int.of(depth);
          case "depth0" -> Value.Int.of(depth - 1);
          case "previtem" ->
              at > 0 ? items.get(at - 1) : new Value.Undefined("there is no previous item");
          case "nextitem" ->
              at + 1 < items.size()
                  ? items.get(at + 1)
                  : new Value.Undefined("there is no next item");
          case "cycle" -> new Value.Function("cycle", this::cycle);
          case "changed" -> new Value.Function("changed", passed -> changed(passed, budget));
          default -> null;
        });
  }

  private Value cycle(Passed arguments) {
    if (arguments.positional().isEmpty()) {
      throw TemplateException.type("no items for cycling given");
    }
    return arguments.positional().get(at % arguments.positional().size());
  }

  private Value changed(Passed arguments, Budget budget) {
    boolean same =
        lastChecked != null
            && Comparisons.equal(
                Value.tuple(lastChecked), Value.tuple(arguments.positional()), budget);
    lastChecked = arguments.positional();
    return Value.Bool.of(!same);
  }
}
