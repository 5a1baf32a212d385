package io.kubetune.contract.template;

import java.util.HashMap;
import java.util.Map;

/// Names and their values; a block's own hide those around it, and are gone after it.
///
/// Loops (each turn anew), macros, `set` blocks, `with` and `generation` have a scope of their own;
/// `if` has none.
final class Scope {
  private final Scope outer;
  private final Map<String, Value> values = new HashMap<>();

  private Scope(Scope outer) {
    this.outer = outer;
  }

  static Scope root(Map<String, Value> variables) {
    Scope scope = new Scope(null);
    scope.values.putAll(variables);
    return scope;
  }

  Scope inner() {
    return new Scope(this);
  }

  /// The value, or null.
  Value find(String name) {
    for (Scope each = this; each != null; each = each.outer) {
      Value value = each.values.get(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  void set(String name, Value value) {
    values.put(name, value);
  }
}
