package io.kubetune.contract.template;

import java.math.BigInteger;
import java.util.Locale;

/// Jinja's tests: what stands behind `is`.
///
/// ```
/// {% if message.content is string %}   {% if tools is defined and tools is not none %}
/// ```
final class Tests {
  private Tests() {}

  static boolean test(String name, Value value, Passed arguments, Environment environment) {
    Budget budget = environment.budget();
    budget.steps(1);
    return switch (name) {
      case "defined" -> !(value instanceof Value.Undefined);
      case "undefined" -> value instanceof Value.Undefined;
      case "none" -> value == Value.None.NONE;
      case "true" -> value instanceof Value.Bool(boolean flag) && flag;
      case "false" -> value instanceof Value.Bool(boolean flag) && !flag;
      case "boolean" -> value instanceof Value.Bool;
      case "integer" -> value instanceof Value.Int;
      case "float" -> value instanceof Value.Real;
      case "number" -> Comparisons.isNumber(value);
      case "string" -> value instanceof Value.Text;
      case "mapping" -> value instanceof Value.Dict;
      case "sequence" ->
          value instanceof Value.Text
              || value instanceof Value.Dict
              || value instanceof Value.Undefined
              || (value instanceof Value.Sequence sequence && sequence.kind().hasIndex());
      case "iterable" ->
          value instanceof Value.Text
              || value instanceof Value.Dict
              || value instanceof Value.Undefined
              || value instanceof Value.Sequence
              || value instanceof Value.Stream;
      case "callable" ->
          value instanceof Value.Function
              || value instanceof Value.Loop
              || value instanceof Value.Undefined;
      case "escaped" -> value instanceof Value.Text text && text.safe();
      case "odd" -> remainder(value, Value.Int.of(2)).equals(BigInteger.ONE);
      case "even" -> remainder(value, Value.Int.of(2)).signum() == 0;
      case "divisibleby" -> remainder(value, one(name, arguments)).signum() == 0;
      case "lower" -> Casing.isAll(PythonText.str(value, budget), false);
      case "upper" -> Casing.isAll(PythonText.str(value, budget), true);
      case "eq", "equalto", "==" -> Comparisons.equal(value, one(name, arguments), budget);
      case "ne", "!=" -> !Comparisons.equal(value, one(name, arguments), budget);
      case "lt", "lessthan", "<" -> compare(value, arguments, "<", budget) < 0;
      case "le", "<=" -> compare(value, arguments, "<=", budget) <= 0;
      case "gt", "greaterthan", ">" -> compare(value, arguments, ">", budget) > 0;
      case "ge", ">=" -> compare(value, arguments, ">=", budget) >= 0;
      case "in" -> Comparisons.contains(one(name, arguments), value, budget);
      case "sameas" -> same(value, one(name, arguments));
      case "filter" -> Filters.exists(PythonText.str(value, budget));
      case "test" -> isTest(PythonText.str(value, budget));
      default ->
          throw TemplateException.of(
              TemplateException.Kind.SYNTAX, "No test named '" + name + "'.");
    };
  }

  private static Value one(String name, Passed arguments) {
    return arguments.bind(name, 1, "other")[0];
  }

  private static BigInteger remainder(Value value, Value by) {
    Comparisons.undefinedFails(value);
    if (value instanceof Value.Text || !Comparisons.isNumber(value)) {
      throw TemplateException.type("not a number: " + value.typeName());
    }
    Value rest = Numbers.arithmetic(Expression.Operation.REMAINDER, value, by);
    return rest instanceof Value.Real(double real)
        ? BigInteger.valueOf(real == 0 ? 0 : real == 1 ? 1 : 2)
        : Numbers.integer(rest);
  }

  /// An unordered pair (NaN) makes every comparison false.
  private static double compare(Value value, Passed arguments, String sign, Budget budget) {
    int order = Comparisons.compare(value, one(sign, arguments), sign, budget);
    return order == Comparisons.UNORDERED ? Double.NaN : order;
  }

  private static boolean same(Value value, Value other) {
    return value == other
        || (value instanceof Value.Bool && value.equals(other))
        || (value instanceof Value.Int && value.equals(other))
        || (value instanceof Value.Text && value.equals(other));
  }

  private static boolean isTest(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "defined",
          "undefined",
          "none",
          "true",
          "false",
          "boolean",
          "integer",
          "float",
          "number",
          "string",
          "mapping",
          "sequence",
          "iterable",
          "callable",
          "escaped",
          "odd",
          "even",
          "divisibleby",
          "lower",
          "upper",
          "eq",
          "equalto",
          "==",
          "ne",
          "!=",
          "lt",
          "lessthan",
          "<",
          "le",
          "<=",
          "gt",
          "greaterthan",
          ">",
          "ge",
          ">=",
          "in",
          "sameas",
          "filter",
          "test" ->
          true;
      default -> false;
    };
  }
}
