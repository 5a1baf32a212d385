package io.kubetune.contract.config;

import io.kubetune.contract.TrainingConfig.NumberType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Turns a key's plain value into what its type says, or into what is wrong with it.
///
/// Numbers are read as Hugging Face's dataclasses take them, so `2e-4` and `"2e-4"` are numbers
/// though Python's YAML calls both a text; `yes`, `on` and `True` are booleans as in YAML 1.1.
///
/// ```
/// ValueParser.parse(rank, "16"); // Ok[value=16]
/// ValueParser.parse(rank, "0");  // Bad[found=0 is out of range, remedy=give at least 1]
/// ```
final class ValueParser {
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?");
  private static final Pattern NOT_FINITE =
      Pattern.compile("[-+]?\\.?(nan|inf|infinity)", Pattern.CASE_INSENSITIVE);

  /// STRING gives a `String`, BOOL a `Boolean`, INT and LONG a `Long`, NUMBER a `Double`,
  /// NUMBER_TYPE a [NumberType], STRINGS a `String` or `List<String>`, INTS a `List<Long>`,
  /// INTS_BY_NAME a `Map<String, Long>`, NUMBERS_BY_NAME a `Map<String, Double>`, ANY the plain
  /// value.
  sealed interface Parsed {
    record Ok(Object value) implements Parsed {}

    record Bad(String found, String remedy) implements Parsed {}
  }

  private static final class BadValue extends RuntimeException {
    private final transient Parsed.Bad bad;

    BadValue(String found, String remedy) {
      super(found, null, false, false);
      this.bad = new Parsed.Bad(found, remedy);
    }
  }

  private ValueParser() {}

  /// @param plain never null
  static Parsed parse(Key key, Object plain) {
    try {
      return new Parsed.Ok(value(key, plain));
    } catch (BadValue e) {
      return e.bad;
    }
  }

  private static Object value(Key key, Object plain) {
    return switch (key.type()) {
      case STRING -> choice(key, scalar(key, plain));
      case BOOL -> bool(key, scalar(key, plain));
      case INT, LONG -> whole(key, scalar(key, plain));
      case NUMBER -> number(key, scalar(key, plain));
      case NUMBER_TYPE -> numberType(key, scalar(key, plain));
      case STRINGS -> plain instanceof String ? plain : each(key, plain, text -> text);
      case INTS -> plain instanceof String s ? List.of(whole(key, s)) : wholes(key, plain);
      case INTS_BY_NAME -> byName(key, plain, text -> whole(key, text));
      case NUMBERS_BY_NAME -> byName(key, plain, text -> number(key, text));
      case ANY -> plain;
    };
  }

  private static String choice(Key key, String text) {
    if (key.choices().isEmpty()) {
      return text;
    }
    return key.choices().stream()
        .filter(text::equalsIgnoreCase)
        .findFirst()
        .orElseThrow(() ->
            new BadValue(
                quoted(text) + " is not a value of it",
                "give " + String.join(", ", key.choices())));
  }

  private static Boolean bool(Key key, String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      case String other -> throw wrongType(key, text);
    };
  }

  private static Long whole(Key key, String text) {
    double value = number(key, text);
    if (value != Math.rint(value)) {
      throw wrongType(key, text);
    }
    double largest = key.type() == Key.Type.LONG ? Long.MAX_VALUE : Integer.MAX_VALUE;
    if (Math.abs(value) > largest) {
      throw new BadValue(text + " is too large", "give at most " + (long) largest);
    }
    try {
      return Long.parseLong(text); // exact, where a double is not
    } catch (NumberFormatException e) {
      return (long) value;
    }
  }

  private static Double number(Key key, String text) {
    boolean notFinite = NOT_FINITE.matcher(text).matches();
    if (!notFinite && !NUMBER.matcher(text).matches()) {
      throw wrongType(key, text);
    }
    double value = notFinite ? Double.NaN : Double.parseDouble(text);
    if (notFinite || Double.isInfinite(value)) {
      throw new BadValue(text + " is not a finite number", remedy(key));
    }
    if (key.range().isPresent() && !key.range().get().contains(value)) {
      throw new BadValue(text + " is out of range", remedy(key));
    }
    return value;
  }

  private static NumberType numberType(Key key, String text) {
    String name = text.toLowerCase(Locale.ROOT);
    return switch (name.startsWith("torch.") ? name.substring(6) : name) {
      case "auto" -> NumberType.AUTO;
      case "bfloat16", "bf16" -> NumberType.BFLOAT16;
      case "float16", "fp16", "half" -> NumberType.FLOAT16;
      case "float32", "fp32", "float" -> NumberType.FLOAT32;
      case String other -> throw wrongType(key, text);
    };
  }

  private static List<Long> wholes(Key key, Object plain) {
    return each(key, plain, text -> whole(key, text));
  }

  private static <T> List<T> each(Key key, Object plain, Function<String, T> convert) {
    if (!(plain instanceof List<?> list)) {
      throw wrongType(key, plain);
    }
    List<T> values = new ArrayList<>();
    for (Object element : list) {
      values.add(convert.apply(scalar(key, element)));
    }
    return List.copyOf(values);
  }

  private static <T> Map<String, T> byName(Key key, Object plain, Function<String, T> convert) {
    if (!(plain instanceof Map<?, ?> map)) {
      throw wrongType(key, plain);
    }
    Map<String, T> values = new LinkedHashMap<>();
    map.forEach((name, value) -> values.put((String) name, convert.apply(scalar(key, value))));
    return values;
  }

  private static String scalar(Key key, Object plain) {
    if (plain instanceof String text) {
      return text;
    }
    throw wrongType(key, plain);
  }

  private static BadValue wrongType(Key key, Object plain) {
    return new BadValue(quoted(plain) + " is not " + key.type().expectation(), remedy(key));
  }

  private static String remedy(Key key) {
    String what = key.range().map(Range::toString).orElse(key.type().expectation());
    return "give "
        + what
        + key.defaultValue().map(value -> ", or leave it out for " + value).orElse("");
  }

  /// A plain value, short enough for a message.
  static String quoted(Object plain) {
    String text = String.valueOf(plain);
    return "'" + (text.length() > 60 ? text.substring(0, 57) + "..." : text) + "'";
  }

  /// Whether two plain values mean the same: numbers by value, booleans in any spelling.
  static boolean same(Object a, Object b) {
    if (a instanceof String x && b instanceof String y) {
      return x.equalsIgnoreCase(y)
          || (NUMBER.matcher(x).matches()
              && NUMBER.matcher(y).matches()
              && Double.parseDouble(x) == Double.parseDouble(y))
          || (isNo(x) && isNo(y));
    }
    return Objects.equals(a, b);
  }

  private static boolean isNo(String text) {
    return List.of("false", "no", "off").contains(text.toLowerCase(Locale.ROOT));
  }
}
