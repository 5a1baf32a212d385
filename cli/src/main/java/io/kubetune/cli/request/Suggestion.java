package io.kubetune.cli.request;

import io.kubetune.contract.config.NearestName;
import java.util.Collection;
import java.util.List;

/// What to tell a user who wrote a name that is not known.
///
/// ```
/// Suggestion.of("modle", Set.of("model", "data")) // "did you mean 'model'?"
/// ```
final class Suggestion {
  private Suggestion() {}

  /// The nearest name, or all of them where none is near.
  static String of(String found, Collection<String> known) {
    return NearestName.among(List.copyOf(known), found)
        .map(near -> "did you mean '" + near + "'?")
        .orElse("known here: " + String.join(", ", known));
  }
}
