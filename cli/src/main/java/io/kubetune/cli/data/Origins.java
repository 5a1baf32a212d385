package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Place;
import java.util.ArrayList;
import java.util.List;

/// Keeps where canonical rows came from, as runs: within a run each row stands one line below the
/// one before.
///
/// ```
/// origins.add(new Place("rows.jsonl", Unit.LINE, 1));
/// ```
final class Origins {
  /// A file whose rows take several lines each would make a run a row: past this many the lines are
  /// unknown, so that the manifest stays small.
  private static final int RUNS_KEPT = 10_000;

  /// @param firstRow of the canonical file, from 1
  /// @param line of the user's file where that row stands (its row number, where the format has no
  ///   lines); 0 where it is not known
  record Run(String file, long firstRow, long line) {}

  private final List<Run> runs = new ArrayList<>();
  private long rows;

  void add(Place place) {
    rows++;
    Run last = runs.isEmpty() ? null : runs.getLast();
    boolean sameFile = last != null && last.file.equals(place.file());
    boolean follows =
        sameFile && (last.line == 0 || last.line + (rows - last.firstRow) == place.number());
    if (!follows) {
      boolean known = !sameFile || runs.size() < RUNS_KEPT;
      runs.add(new Run(place.file(), rows, known ? place.number() : 0));
    }
  }

  List<Run> runs() {
    return List.copyOf(runs);
  }
}
