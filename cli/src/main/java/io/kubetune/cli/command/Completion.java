package io.kubetune.cli.command;

import java.util.Comparator;
import java.util.List;

/// What may stand where the cursor is.
///
/// ```
/// Completion.of("LoraConfig.r=", "rank").withoutSpace()
/// ```
///
/// @param rest what the shell does besides, in the numbers of the protocol that kubectl speaks with
///   its plugins (cobra's `__complete`)
record Completion(List<Candidate> candidates, Rest rest) {

  /// @param description empty where there is none
  record Candidate(String value, String description) {}

  /// The shell's part.
  enum Rest {
    NOTHING(4),
    FILES(0),
    FOLDERS(16),
    /// The candidate is the beginning of a word.
    NO_SPACE(6);

    private final int directive;

    Rest(int directive) {
      this.directive = directive;
    }

    int directive() {
      return directive;
    }
  }

  static final Completion NONE = new Completion(List.of(), Rest.NOTHING);
  static final Completion FILES = new Completion(List.of(), Rest.FILES);
  static final Completion FOLDERS = new Completion(List.of(), Rest.FOLDERS);

  static Completion of(List<Candidate> candidates) {
    return new Completion(candidates, Rest.NOTHING);
  }

  static Completion words(List<String> words) {
    return of(words.stream().map(each -> new Candidate(each, "")).toList());
  }

  Completion withoutSpace() {
    return new Completion(candidates, Rest.NO_SPACE);
  }

  /// Files, where none of the candidates begins as typed: a shell offers one or the other.
  Completion orFiles(String typed) {
    return candidates.stream().anyMatch(each -> each.value().startsWith(typed)) ? this : FILES;
  }

  /// Those that begin as typed, each behind what stands before it in the same word.
  Completion beginning(String typed, String before) {
    List<Candidate> left =
        candidates.stream()
            .filter(each -> each.value().startsWith(typed))
            .map(each -> new Candidate(before + each.value(), each.description()))
            .distinct()
            .sorted(Comparator.comparing(Candidate::value))
            .toList();
    return new Completion(left, rest);
  }

  /// A line for each candidate, a tab before its description, and last the directive.
  String text() {
    StringBuilder text = new StringBuilder();
    for (Candidate each : candidates) {
      text.append(each.value());
      if (!each.description().isEmpty()) {
        text.append('\t').append(each.description().lines().findFirst().orElse(""));
      }
      text.append('\n');
    }
    return text.append(':').append(rest.directive()).append('\n').toString();
  }
}
