package io.kubetune.cli.request;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What was typed after `kubectl tune create`: for each flag its values as they were typed.
///
/// ```
/// Flags.of(Map.of(Field.NAME, List.of("bot"), Field.LABEL, List.of("team=search", "stage=dev")))
/// ```
public record Flags(Map<Field, List<String>> values) {

  public Flags {
    values = Collections.unmodifiableMap(copy(values));
  }

  public static Flags of(Map<Field, List<String>> values) {
    return new Flags(values);
  }

  /// The values as [Given]s, `KEY=VALUE` split at the first `=`; a map's entry without `=` is a
  /// problem.
  List<Given> givens(List<Problem> problems) {
    List<Given> givens = new ArrayList<>();
    values.forEach((field, texts) -> {
      for (String text : texts) {
        switch (field.shape()) {
          case ONE -> givens.add(new Given(field, "", text, field.flag()));
          case LIST -> {
            givens.add(new Given(field, "", text, field.flag()));
          }
          case MAP -> {
            int equals = text.indexOf('=');
            if (equals < 1) {
              problems.add(
                  new Problem(
                      field.flag() + " " + text, "no KEY=VALUE", "write it as " + field.usage()));
            } else {
              String key = text.substring(0, equals);
              givens.add(
                  new Given(field, key, text.substring(equals + 1), field.flag() + " " + key));
            }
          }
        }
      }
    });
    return givens;
  }

  private static Map<Field, List<String>> copy(Map<Field, List<String>> values) {
    Map<Field, List<String>> copy = new EnumMap<>(Field.class);
    values.forEach((field, texts) -> copy.put(field, List.copyOf(texts)));
    return copy;
  }
}
