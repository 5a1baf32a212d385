package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// The values given for a request, flags over file, read field by field; each value that can't be
/// read becomes a problem and reading goes on.
///
/// ```
/// FieldValues values = FieldValues.of(fileGivens, flagGivens, problems);
/// OptionalInt gpus = values.integer(Field.GPUS, 0, 1024);
/// ```
final class FieldValues {
  private final List<Given> givens;
  private final List<Problem> problems;

  private FieldValues(List<Given> givens, List<Problem> problems) {
    this.givens = givens;
    this.problems = problems;
  }

  static FieldValues of(List<Given> low, List<Given> high, List<Problem> problems) {
    return new FieldValues(merged(low, high), problems);
  }

  /// What ranks higher takes the place of what ranks lower: of the whole list, of one entry of a
  /// map.
  static List<Given> merged(List<Given> low, List<Given> high) {
    List<Given> merged = new ArrayList<>();
    for (Given each : low) {
      boolean overridden =
          high.stream()
              .anyMatch(above -> above.field() == each.field() && above.key().equals(each.key()));
      if (!overridden) {
        merged.add(each);
      }
    }
    merged.addAll(high);
    return merged;
  }

  List<Given> all(Field field) {
    return givens.stream().filter(each -> each.field() == field).toList();
  }

  Optional<Given> one(Field field) {
    List<Given> found = all(field);
    if (found.size() > 1) {
      problem(found.get(1), "given twice", "give it once");
    }
    return found.stream().findFirst();
  }

  Map<String, String> map(Field field) {
    Map<String, String> map = new LinkedHashMap<>();
    for (Given each : all(field)) {
      if (map.put(each.key(), each.value()) != null) {
        problem(each, "given twice", "give it once");
      }
    }
    return Collections.unmodifiableMap(map);
  }

  /// @param parser throws IllegalArgumentException with what it found wrong
  <T> Optional<T> parsed(Field field, Function<String, T> parser, String remedy) {
    return one(field).flatMap(given -> parse(given, parser, remedy));
  }

  <T> List<T> parsedAll(Field field, Function<String, T> parser, String remedy) {
    return all(field).stream().flatMap(given -> parse(given, parser, remedy).stream()).toList();
  }

  <T> Map<String, T> parsedMap(Field field, Function<String, T> parser, String remedy) {
    Map<String, T> map = new LinkedHashMap<>();
    for (Given each : all(field)) {
      parse(each, parser, remedy).ifPresent(value -> map.put(each.key(), value));
    }
    return Collections.unmodifiableMap(map);
  }

  OptionalInt integer(Field field, int least, int most) {
    String remedy = "write a whole number from " + least + " to " + most;
    Optional<Integer> number =
        parsed(
            field,
            text -> {
              if (!text.matches("[+-]?\\d{1,9}")) {
                throw new IllegalArgumentException("'" + text + "' is no whole number");
              }
              int value = Integer.parseInt(text);
              if (value < least || value > most) {
                throw new IllegalArgumentException(value + " is out of range");
              }
              return value;
            },
            remedy);
    return number.map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private <T> Optional<T> parse(Given given, Function<String, T> parser, String remedy) {
    try {
      return Optional.of(parser.apply(given.value()));
    } catch (IllegalArgumentException e) {
      problem(given, e.getMessage(), remedy);
      return Optional.empty();
    }
  }

  private void problem(Given given, String found, String remedy) {
    problems.add(new Problem(given.place(), found, remedy));
  }
}
