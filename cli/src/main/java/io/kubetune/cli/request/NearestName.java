package io.kubetune.cli.request;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// The known name that a misspelled one most likely meant.
///
/// ```
/// NearestName.remedy("modle", Set.of("model", "data")) // "did you mean 'model'?"
/// ```
final class NearestName {
  private NearestName() {}

  /// What to tell the user: the nearest name, or all of them where none is near.
  static String remedy(String found, Collection<String> known) {
    return of(found, known)
        .map(near -> "did you mean '" + near + "'?")
        .orElse("known here: " + String.join(", ", known));
  }

  /// A name at most a third of its letters away (Damerau-Levenshtein distance, case ignored).
  static Optional<String> of(String found, Collection<String> known) {
    return known.stream()
        .filter(each -> distance(found, each) <= Math.max(1, each.length() / 3))
        .min(Comparator.comparingInt(each -> distance(found, each)));
  }

  private static int distance(String a, String b) {
    String left = a.toLowerCase(Locale.ROOT);
    String right = b.toLowerCase(Locale.ROOT);
    int[][] rows = new int[left.length() + 1][right.length() + 1];
    for (int i = 0; i <= left.length(); i++) {
      for (int j = 0; j <= right.length(); j++) {
        if (i == 0 || j == 0) {
          rows[i][j] = i + j;
          continue;
        }
        int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        rows[i][j] =
            Math.min(rows[i - 1][j - 1] + change, 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
        if (i > 1
            && j > 1
            && left.charAt(i - 1) == right.charAt(j - 2)
            && left.charAt(i - 2) == right.charAt(j - 1)) {
          rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
        }
      }
    }
    return rows[left.length()][right.length()];
  }
}
