package io.kubetune.cli.data.check;

import io.kubetune.cli.data.Findings;
import io.kubetune.cli.data.Origins;
import io.kubetune.cli.data.ShapedBatch;
import io.kubetune.cli.data.ShapedBatch.ShapedRow;
import io.kubetune.cli.data.TokenEstimate;
import io.kubetune.cli.data.check.DataReport.Duplicate;
import io.kubetune.cli.data.shape.ColumnMapping;
import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.Shape;
import java.util.ArrayList;
import java.util.List;

/// Counts what a check reports, row by row.
///
/// ```
/// boolean duplicate = tally.add(row, batch.canonical(), from);
/// ```
final class RowTally {
  private static final int DUPLICATES_SHOWN = 20;

  private record Pair(String place, long firstRow) {}

  private final Findings findings = new Findings();
  private final SeenRows seen = new SeenRows();
  private final Origins origins = new Origins();
  private final TokenHistogram lengths = new TokenHistogram();
  private final List<Pair> pairs = new ArrayList<>();
  private long rows;
  private long compared;
  private long duplicates;

  /// Counts a whole batch, of which [#add] takes the rows one by one.
  void add(ShapedBatch batch) {
    findings.add(batch);
  }

  /// Counts one row; true where it is the like of an earlier one.
  boolean add(ShapedRow row, byte[] canonical, int from) {
    rows++;
    origins.add(row.place());
    lengths.add(TokenEstimate.ofBytes(row.bytes()));
    long first = seen.firstSeen(canonical, from, row.bytes(), rows);
    compared += first >= 0 || !seen.isFull() ? 1 : 0;
    if (first < 0) {
      return false;
    }
    duplicates++;
    if (pairs.size() < DUPLICATES_SHOWN) {
      pairs.add(new Pair(row.place().toString(), first));
    }
    return true;
  }

  Findings findings() {
    return findings;
  }

  TokenHistogram lengths() {
    return lengths;
  }

  long duplicates() {
    return duplicates;
  }

  long compared() {
    return compared;
  }

  List<Duplicate> duplicatePlaces() {
    DataManifest places =
        new DataManifest(
            Shape.TEXT, List.of(), "", ColumnMapping.NONE.theirsByOurs(), origins.runs());
    return pairs.stream()
        .map(pair -> new Duplicate(pair.place, places.userPlace(pair.firstRow).orElse("")))
        .toList();
  }
}
