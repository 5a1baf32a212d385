package io.kubetune.contract.config;

import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.config.ValueParser.Parsed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Values of all obeyed keys: what the user gave, or the key table's default.
///
/// ```
/// settings.whole("LoraConfig.r");           // 16
/// settings.isGiven("TrainingArguments.optim"); // false
/// ```
final class Settings {
  private record Given(Object value, int line) {}

  private final String sourceName;
  private final Map<String, Given> given = new HashMap<>();
  private final Map<String, Object> defaults = new HashMap<>();

  Settings(KeyTable table, String sourceName) {
    this.sourceName = sourceName;
    for (String section : table.sections()) {
      for (Key key : table.section(section)) {
        if (key.standing() == Key.Standing.OBEYED) {
          defaults.put(
              key.path(), key.defaultValue().map(plain -> parsed(key, plain)).orElse(null));
        }
      }
    }
  }

  private static Object parsed(Key key, Object plain) {
    return switch (ValueParser.parse(key, plain)) {
      case Parsed.Ok ok -> ok.value();
      case Parsed.Bad bad ->
          throw new IllegalStateException("default of " + key.path() + ": " + bad.found());
    };
  }

  void give(Key key, Object value, int line) {
    given.put(key.path(), new Given(value, line));
  }

  /// Whether the user gave a value that is not null.
  boolean isGiven(String path) {
    requireKnown(path);
    return given.containsKey(path);
  }

  /// `file:line Section.key`; without the line where the key was left out.
  String place(String path) {
    requireKnown(path);
    return given.containsKey(path)
        ? sourceName + ":" + given.get(path).line() + " " + path
        : sourceName + " " + path;
  }

  String text(String path) {
    return (String) value(path).orElseThrow();
  }

  Optional<String> maybeText(String path) {
    return value(path).map(String.class::cast);
  }

  boolean flag(String path) {
    return maybeFlag(path).orElse(false);
  }

  Optional<Boolean> maybeFlag(String path) {
    return value(path).map(Boolean.class::cast);
  }

  /// An INT, whose parser kept it within 32 bits.
  int whole(String path) {
    return Math.toIntExact(longWhole(path));
  }

  Optional<Integer> maybeWhole(String path) {
    return maybeLong(path).map(Math::toIntExact);
  }

  long longWhole(String path) {
    return maybeLong(path).orElseThrow();
  }

  Optional<Long> maybeLong(String path) {
    return value(path).map(Long.class::cast);
  }

  double number(String path) {
    return maybeNumber(path).orElseThrow();
  }

  Optional<Double> maybeNumber(String path) {
    return value(path).map(Double.class::cast);
  }

  NumberType numberType(String path) {
    return (NumberType) value(path).orElseThrow();
  }

  /// A text, a list of texts, or nothing.
  Optional<Object> texts(String path) {
    return value(path);
  }

  List<Integer> wholes(String path) {
    return value(path).stream()
        .flatMap(list -> ((List<?>) list).stream())
        .map(each -> Math.toIntExact((Long) each))
        .toList();
  }

  @SuppressWarnings("unchecked") // NUMBERS_BY_NAME and INTS_BY_NAME give these alone
  <T> Map<String, T> byName(String path) {
    return (Map<String, T>) value(path).orElseThrow();
  }

  private Optional<Object> value(String path) {
    requireKnown(path);
    Given found = given.get(path);
    return Optional.ofNullable(found == null ? defaults.get(path) : found.value());
  }

  private void requireKnown(String path) {
    if (!defaults.containsKey(path)) {
      throw new IllegalArgumentException("no obeyed key " + path);
    }
  }
}
