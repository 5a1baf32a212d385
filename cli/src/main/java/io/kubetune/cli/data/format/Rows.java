package io.kubetune.cli.data.format;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// A batch of rows that its reader had to decode itself, because rows can't be told apart without.
///
/// ```
/// rows.add(columns, place);
/// ```
final class Rows implements RowBatch {
  /// A batch is handed on when it is this full.
  static final int FULL_BYTES = 256 << 10;

  private record Decoded(ObjectNode columns, Place place) {}

  private final List<Decoded> rows = new ArrayList<>();
  private Problem last;
  private int bytes;

  /// @param size roughly the row's, in bytes
  void add(ObjectNode columns, Place place, int size) {
    rows.add(new Decoded(columns, place));
    // A row without text costs its objects.
    bytes += size + 100;
  }

  /// A problem after all rows of this batch.
  void end(Problem problem) {
    last = problem;
  }

  boolean full() {
    return bytes >= FULL_BYTES || last != null;
  }

  boolean isEmpty() {
    return rows.isEmpty() && last == null;
  }

  @Override
  public int heldBytes() {
    return bytes;
  }

  @Override
  public void decode(RowSink sink) {
    for (Decoded each : rows) {
      sink.row(each.columns, each.place);
    }
    if (last != null) {
      sink.problem(last);
    }
  }
}
