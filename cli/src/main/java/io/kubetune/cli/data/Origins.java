package io.kubetune.cli.data;

import io.kubetune.cli.data.format.Place;
import io.kubetune.contract.DataManifest.Origin;
import java.util.ArrayList;
import java.util.List;

/// Keeps where canonical rows came from, as runs: within a run each row stands one line below the
/// one before.
///
/// ```
/// origins.add(new Place("rows.jsonl", Unit.LINE, 1));
/// ```
public final class Origins {
  /// A file whose rows take several lines each would make a run a row: past this many the lines are
  /// unknown, so that the manifest stays small.
  private static final int RUNS_KEPT = 10_000;

  private final List<Origin> runs = new ArrayList<>();
  private long rows;

  public void add(Place place) {
    rows++;
    Origin last = runs.isEmpty() ? null : runs.getLast();
    boolean sameFile = last != null && last.file().equals(place.file());
    boolean follows =
        sameFile && (last.line() == 0 || last.line() + (rows - last.firstRow()) == place.number());
    if (!follows) {
      boolean known = !sameFile || runs.size() < RUNS_KEPT;
      runs.add(new Origin(place.file(), rows, known ? place.number() : 0));
    }
  }

  public List<Origin> runs() {
    return List.copyOf(runs);
  }
}
