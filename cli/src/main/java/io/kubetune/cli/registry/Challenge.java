package io.kubetune.cli.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a registry asks for with status 401 (RFC 9110, 11.6.1).
///
/// ```
/// Challenge.parse(List.of("Bearer realm=\"https://auth.example/token\",service=\"reg\""));
/// ```
///
/// @param scheme in lower case: `basic`, `bearer`
/// @param parameters by lower-case name
record Challenge(String scheme, Map<String, String> parameters) {
  private static final Pattern PART =
      Pattern.compile(
          "([A-Za-z0-9_-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\"]+))|([A-Za-z]+)(?=\\s|$|,)");

  static List<Challenge> parse(List<String> headers) {
    List<Challenge> found = new ArrayList<>();
    for (String header : headers) {
      Matcher part = PART.matcher(header);
      while (part.find()) {
        if (part.group(4) != null) {
          found.add(new Challenge(part.group(4).toLowerCase(Locale.ROOT), new TreeMap<>()));
        } else if (!found.isEmpty()) {
          String value = part.group(2) != null ? part.group(2).replace("\\", "") : part.group(3);
          found.getLast().parameters.put(part.group(1).toLowerCase(Locale.ROOT), value);
        }
      }
    }
    return found;
  }

  String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }
}
