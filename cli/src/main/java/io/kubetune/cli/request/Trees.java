package io.kubetune.cli.request;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Parsed YAML as maps with text keys, lists and scalars.
///
/// ```
/// Trees.withTextKeys(Map.of(1, "a")) // {"1": "a"}
/// ```
final class Trees {
  private Trees() {}

  static Map<String, Object> withTextKeys(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), copy(value)));
    return Collections.unmodifiableMap(copy);
  }

  private static Object copy(Object value) {
    return switch (value) {
      case Map<?, ?> map -> withTextKeys(map);
      case List<?> list -> list.stream().map(Trees::copy).toList();
      case null -> null;
      default -> value;
    };
  }
}
