package io.kubetune.contract.config;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds what a user probably meant by a name that does not exist.
///
/// ```
/// NearestName.among(List.of("ModelConfig", "LoraConfig"), "LoraConfg"); // LoraConfig
/// ```
public final class NearestName {
  private NearestName() {}

  /// The nearest name, if it is near: at most one edit for each three letters.
  public static Optional<String> among(List<String> names, String given) {
    return names.stream()
        .filter(name -> isNear(name, given))
        .min(Comparator.comparingInt(name -> distance(name, given)));
  }

  /// The key that was probably meant; one of the same section comes first where two are as near.
  static Optional<Key> key(KeyTable table, String section, String given) {
    record Candidate(Key key, int distance, boolean elsewhere) {}
    return table.sections().stream()
        .flatMap(name -> table.section(name).stream())
        .flatMap(key ->
            spellings(key)
                .filter(spelling -> isNear(spelling, given))
                .map(spelling ->
                    new Candidate(key, distance(spelling, given), !key.section().equals(section))))
        .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::elsewhere))
        .map(Candidate::key);
  }

  private static Stream<String> spellings(Key key) {
    return Stream.of(Stream.of(key.name()), key.aliases().stream(), key.mistaken().stream())
        .flatMap(names -> names);
  }

  private static boolean isNear(String name, String given) {
    return distance(name, given) <= Math.min(name.length(), given.length()) / 3
        || name.equalsIgnoreCase(given);
  }

  /// Insertions, deletions, replacements and swaps of neighbours that make `a` into `b`, where no
  /// letter is edited twice (optimal string alignment; Damerau 1964). Case does not count.
  static int distance(String a, String b) {
    String from = a.toLowerCase(Locale.ROOT);
    String to = b.toLowerCase(Locale.ROOT);
    int[][] edits = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int replaced = edits[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        edits[i][j] = Math.min(replaced, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
        }
      }
    }
    return edits[from.length()][to.length()];
  }
}
