package io.kubetune.contract.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The arguments of one call, evaluated.
///
/// ```
/// Value[] a = passed.bind("indent", 0, "width", "first", "blank");   // null where not given
/// ```
record Passed(List<Value> positional, Map<String, Value> named) {
  static final Passed NOTHING = new Passed(List.of(), Map.of());

  static Passed of(Value... positional) {
    return new Passed(List.of(positional), Map.of());
  }

  /// Arguments by parameter, null where one is not given.
  ///
  /// @param required how many of the first parameters must be given
  Value[] bind(String function, int required, String... parameters) {
    if (positional.size() > parameters.length) {
      throw TemplateException.type(
          function
              + "() takes at most "
              + parameters.length
              + " arguments ("
              + positional.size()
              + " given)");
    }
    Value[] bound = new Value[parameters.length];
    for (int i = 0; i < positional.size(); i++) {
      bound[i] = positional.get(i);
    }
    named.forEach((name, value) -> bound[parameterOf(function, name, bound, parameters)] = value);
    for (int i = 0; i < required; i++) {
      if (bound[i] == null) {
        throw TemplateException.type(
            function + "() missing 1 required positional argument: '" + parameters[i] + "'");
      }
    }
    return bound;
  }

  private static int parameterOf(
      String function, String name, Value[] bound, String... parameters) {
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i].equals(name)) {
        if (bound[i] != null) {
          throw TemplateException.type(
              function + "() got multiple values for argument '" + name + "'");
        }
        return i;
      }
    }
    throw TemplateException.type(function + "() got an unexpected keyword argument '" + name + "'");
  }

  /// These arguments without the first so many positional ones.
  Passed without(int first) {
    return new Passed(positional.subList(first, positional.size()), named);
  }

  static boolean flag(Value value, boolean otherwise) {
    return value == null ? otherwise : value.truth();
  }

  static Optional<String> textOrNone(Value value, String what) {
    return value == null || value instanceof Value.None
        ? Optional.empty()
        : Optional.of(text(value, what));
  }

  static String text(Value value, String what) {
    if (value instanceof Value.Text(String text, boolean _)) {
      return text;
    }
    throw TemplateException.type(what + " must be str, not " + value.typeName());
  }

  static int index(Value value, int otherwise) {
    return value == null || value instanceof Value.None ? otherwise : index(value);
  }

  /// A whole number, clamped to what an index can be.
  static int index(Value value) {
    BigInteger number =
        switch (value) {
          case Value.Int(BigInteger integer) -> integer;
          case Value.Bool(boolean flag) -> flag ? BigInteger.ONE : BigInteger.ZERO;
          case Value.Undefined(String message) ->
              throw TemplateException.of(TemplateException.Kind.UNDEFINED, message);
          case Value.None _,
              Value.Real _,
              Value.Text _,
              Value.Sequence _,
              Value.Dict _,
              Value.Stream _,
              Value.Namespace _,
              Value.Function _,
              Value.Loop _ ->
              throw TemplateException.type(
                  "'" + value.typeName() + "' object cannot be interpreted as an integer");
        };
    return number
        .min(BigInteger.valueOf(Integer.MAX_VALUE))
        .max(BigInteger.valueOf(-Integer.MAX_VALUE))
        .intValue();
  }
}
