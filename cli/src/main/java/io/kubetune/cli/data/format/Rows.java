package io.kubetune.cli.data.format;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/// A batch of rows that its reader had to decode itself, because rows can't be told apart without.
///
/// ```
/// rows.add(columns, place);
/// ```
final class Rows implements RowBatch {
  /// A batch is handed on when it is this full.
  static final int FULL_BYTES = 256 << 10;

  private final List<Consumer<RowSink>> found = new ArrayList<>();
  private int bytes;
  private boolean ended;

  /// @param size roughly the row's, in bytes
  void add(ObjectNode columns, Place place, int size) {
    found.add(sink -> sink.row(columns, place));
    // A row without text costs its objects.
    bytes += size + 100;
  }

  /// A row that can't be decoded; more may come.
  void add(Problem problem) {
    found.add(sink -> sink.problem(problem));
    bytes += 100;
  }

  /// A problem after which nothing can be read.
  void end(Problem problem) {
    add(problem);
    ended = true;
  }

  boolean full() {
    return bytes >= FULL_BYTES || ended;
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  @Override
  public int heldBytes() {
    return bytes;
  }

  @Override
  public void decode(RowSink sink) {
    found.forEach(each -> each.accept(sink));
  }
}
