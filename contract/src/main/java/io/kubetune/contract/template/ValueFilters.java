package io.kubetune.contract.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Filters on single values: defaults, numbers, JSON.
final class ValueFilters {
  static final Map<String, Filters.Filter> ALL =
      Map.ofEntries(
          Map.entry("default", ValueFilters::otherwise),
          Map.entry("d", ValueFilters::otherwise),
          Map.entry("tojson", (input, passed, e) -> PythonJson.filter(input, passed, e.budget())),
          Map.entry("int", ValueFilters::toInt),
          Map.entry("float", ValueFilters::toFloat),
          Map.entry("abs", ValueFilters::absolute),
          Map.entry("round", ValueFilters::round),
          Map.entry("attr", ValueFilters::attribute));

  private ValueFilters() {}

  static Value.Dict dict(Map<String, Value> entries) {
    Map<Value, Value> own = new LinkedHashMap<>();
    entries.forEach((name, value) -> own.put(Value.text(name), value));
    return new Value.Dict(own);
  }

  private static Value otherwise(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("default", 0, "default_value", "boolean");
    boolean replaced =
        input instanceof Value.Undefined || (Passed.flag(given[1], false) && !input.truth());
    return replaced ? given[0] == null ? Value.text("") : given[0] : input;
  }

  private static Value attribute(Value input, Passed arguments, Environment environment) {
    Value name = arguments.bind("attr", 1, "name")[0];
    // Unlike `.name` this filter does not fall back to items.
    return input instanceof Value.Dict
        ? Attributes.attribute(
            new Value.Dict(Map.of()), Passed.text(name, "name"), environment.budget())
        : Attributes.attribute(input, Passed.text(name, "name"), environment.budget());
  }

  private static Value toInt(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("int", 0, "default", "base");
    Value otherwise = given[0] == null ? Value.Int.of(0) : given[0];
    int base = Passed.index(given[1], 10);
    return switch (input) {
      case Value.Int _ -> input;
      case Value.Bool(boolean flag) -> new Value.Int(Comparisons.oneOrZero(flag));
      case Value.Real(double real) ->
          Double.isFinite(real) ? new Value.Int(new BigDecimal(real).toBigInteger()) : otherwise;
      case Value.Text(String text, boolean _) ->
          integer(text, base)
              .<Value>map(Value.Int::new)
              .or(() -> real(text).filter(Double::isFinite).map(ValueFilters::truncated))
              .orElse(otherwise);
      case Value.Undefined(String message) ->
          throw TemplateException.of(TemplateException.Kind.UNDEFINED, message);
      case Value.None _,
          Value.Sequence _,
          Value.Dict _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          otherwise;
    };
  }

  private static Value truncated(double real) {
    return new Value.Int(new BigDecimal(real).toBigInteger());
  }

  private static Optional<BigInteger> integer(String text, int base) {
    String digits = Whitespace.strip(text, true, true).toLowerCase(Locale.ROOT).replace("_", "");
    String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "";
    String bare = !prefix.isEmpty() && digits.startsWith(prefix) ? digits.substring(2) : digits;
    try {
      return bare.length() > 4300 ? Optional.empty() : Optional.of(new BigInteger(bare, base));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Value toFloat(Value input, Passed arguments, Environment environment) {
    Value given = arguments.bind("float", 0, "default")[0];
    Value otherwise = given == null ? new Value.Real(0) : given;
    return switch (input) {
      case Value.Int _, Value.Bool _, Value.Real _ -> new Value.Real(Numbers.real(input));
      case Value.Text(String text, boolean _) ->
          real(text).<Value>map(Value.Real::new).orElse(otherwise);
      case Value.Undefined(String message) ->
          throw TemplateException.of(TemplateException.Kind.UNDEFINED, message);
      case Value.None _,
          Value.Sequence _,
          Value.Dict _,
          Value.Stream _,
          Value.Namespace _,
          Value.Function _,
          Value.Loop _ ->
          otherwise;
    };
  }

  private static Optional<Double> real(String text) {
    String trimmed = Whitespace.strip(text, true, true).toLowerCase(Locale.ROOT).replace("_", "");
    return switch (trimmed) {
      case "inf", "+inf", "infinity", "+infinity" -> Optional.of(Double.POSITIVE_INFINITY);
      case "-inf", "-infinity" -> Optional.of(Double.NEGATIVE_INFINITY);
      case "nan", "+nan", "-nan" -> Optional.of(Double.NaN);
      default ->
          // Java would take 1f, 1d and hexadecimal floats too.
          trimmed.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?")
              ? Optional.of(Double.parseDouble(trimmed))
              : Optional.empty();
    };
  }

  private static Value absolute(Value input, Passed arguments, Environment environment) {
    Comparisons.undefinedFails(input);
    return input instanceof Value.Real(double real)
        ? new Value.Real(Math.abs(real))
        : new Value.Int(Numbers.integer(input).abs());
  }

  private static Value round(Value input, Passed arguments, Environment environment) {
    Value[] given = arguments.bind("round", 0, "precision", "method");
    int precision = Passed.index(given[0], 0);
    String method = given[1] == null ? "common" : Passed.text(given[1], "method");
    Comparisons.undefinedFails(input);
    if (Math.abs(precision) > 400) {
      return input;
    }
    return switch (method) {
      case "common" ->
          input instanceof Value.Real(double real)
              ? new Value.Real(halfEven(new BigDecimal(real), precision).doubleValue())
              : wholeRounded(input, precision);
      case "ceil", "floor" -> {
        double scale = Math.pow(10, precision);
        double scaled = Numbers.real(input) * scale;
        yield new Value.Real(
            (method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / scale);
      }
      default -> throw TemplateException.value("method must be common, ceil or floor");
    };
  }

  private static Value wholeRounded(Value input, int precision) {
    BigInteger number = Numbers.integer(input);
    return new Value.Int(
        precision >= 0 ? number : halfEven(new BigDecimal(number), precision).toBigIntegerExact());
  }

  private static BigDecimal halfEven(BigDecimal number, int precision) {
    return number.setScale(precision, RoundingMode.HALF_EVEN);
  }
}
