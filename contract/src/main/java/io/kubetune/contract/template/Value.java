package io.kubetune.contract.template;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// A value of a template, with Python's types: what a name, an expression or a message holds.
///
/// ```
/// Value.text("user")   new Value.Int(BigInteger.TWO)   Value.list(List.of(…))   Value.None.NONE
/// ```
public sealed interface Value {

  /// Nothing of that name: prints as nothing, is false and empty, and can't be used otherwise.
  ///
  /// @param message what is missing, as Jinja words it
  record Undefined(String message) implements Value {
    static final Undefined PLAIN = new Undefined("value is undefined");
  }

  enum None implements Value {
    NONE
  }

  record Bool(boolean value) implements Value {
    static final Bool TRUE = new Bool(true);
    static final Bool FALSE = new Bool(false);

    static Bool of(boolean value) {
      return value ? TRUE : FALSE;
    }
  }

  record Int(BigInteger value) implements Value {
    static Int of(long value) {
      return new Int(BigInteger.valueOf(value));
    }
  }

  record Real(double value) implements Value {}

  /// @param safe marked by `safe` or `escape`: text that is added to it is HTML-escaped
  record Text(String value, boolean safe) implements Value {
    @Override
    public boolean equals(Object other) {
      return other instanceof Text text && text.value.equals(value);
    }

    @Override
    public int hashCode() {
      return value.hashCode();
    }
  }

  /// Values in order; templates can't change them.
  record Sequence(List<Value> items, Kind kind) implements Value {
    enum Kind {
      LIST("list"),
      TUPLE("tuple"),
      /// The pair that `groupby` yields, which also has `grouper` and `list`.
      GROUP("tuple"),
      RANGE("range"),
      DICT_KEYS("dict_keys"),
      DICT_VALUES("dict_values"),
      DICT_ITEMS("dict_items");

      final String pythonName;

      Kind(String pythonName) {
        this.pythonName = pythonName;
      }

      boolean hasIndex() {
        return this == LIST || this == TUPLE || this == GROUP || this == RANGE;
      }
    }
  }

  /// Keys in insertion order.
  record Dict(Map<Value, Value> entries) implements Value {}

  /// Python's generators: read once, and of no known length.
  record Stream(Iterator<Value> items) implements Value {
    /// Items that are computed, and fail, only when they are asked for.
    static Stream of(Supplier<List<Value>> later) {
      return new Stream(
          java.util.stream.Stream.generate(later).limit(1).flatMap(List::stream).iterator());
    }
  }

  /// `namespace(…)`: the one thing that a template can change.
  final class Namespace implements Value {
    final Map<String, Value> attributes = new LinkedHashMap<>();
  }

  record Function(String name, Body body) implements Value {
    interface Body {
      Value call(Passed arguments);
    }
  }

  /// `loop`, inside a for.
  record Loop(LoopState state) implements Value {}

  static Text text(String value) {
    return new Text(value, false);
  }

  static Sequence list(List<Value> items) {
    return new Sequence(items, Sequence.Kind.LIST);
  }

  static Sequence tuple(List<Value> items) {
    return new Sequence(items, Sequence.Kind.TUPLE);
  }

  static Sequence tuple(Value... items) {
    return tuple(List.of(items));
  }

  /// Python's truth: empty and zero are false.
  default boolean truth() {
    return switch (this) {
      case Undefined _ -> false;
      case None _ -> false;
      case Bool(boolean value) -> value;
      case Int(BigInteger value) -> value.signum() != 0;
      case Real(double value) -> value != 0;
      case Text(String value, boolean _) -> !value.isEmpty();
      case Sequence(List<Value> items, Sequence.Kind _) -> !items.isEmpty();
      case Dict(Map<Value, Value> entries) -> !entries.isEmpty();
      case Stream _, Namespace _, Function _, Loop _ -> true;
    };
  }

  /// The name of the Python class, for messages.
  default String typeName() {
    return switch (this) {
      case Undefined _ -> "Undefined";
      case None _ -> "NoneType";
      case Bool _ -> "bool";
      case Int _ -> "int";
      case Real _ -> "float";
      case Text text -> text.safe() ? "Markup" : "str";
      case Sequence sequence -> sequence.kind().pythonName;
      case Dict _ -> "dict";
      case Stream _ -> "generator";
      case Namespace _ -> "Namespace";
      case Function _ -> "function";
      case Loop _ -> "LoopContext";
    };
  }
}
