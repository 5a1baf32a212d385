package io.kubetune.trainer.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What is wrong with the rows of one file: the first 20, reported at once.
final class RowProblems {
  /// So many are named before the rest of the file is left unread.
  static final int MOST = 20;

  private record Found(int row, Problem problem) {}

  private final String file;
  private final List<Found> found = new ArrayList<>();

  RowProblems(String file) {
    this.file = file;
  }

  /// @param field key path in the row, or empty
  void add(int row, String field, String what, String remedy) {
    String place = file + ":" + row + (field.isEmpty() ? "" : " " + field);
    found.add(new Found(row, new Problem(place, what, remedy)));
  }

  boolean full() {
    return found.size() >= MOST;
  }

  void throwIfAny() {
    if (!found.isEmpty()) {
      List<Problem> first =
          found.stream()
              .sorted(Comparator.comparingInt(Found::row))
              .limit(MOST)
              .map(Found::problem)
              .toList();
      throw new TuneException(ExitCode.BAD_DATA, "can't train on the rows of " + file, first);
    }
  }
}
