package io.kubetune.cli.data.format;

import io.kubetune.contract.Problem;
import tools.jackson.databind.node.ObjectNode;

/// Takes what a reader finds, row by row, in the file's order.
public interface RowSink {
  /// A row while it is still JSON text on one line, which may be wrong in any way; true where the
  /// sink took it as it is, false where it has to be parsed.
  default boolean line(byte[] bytes, int from, int to, Place place) {
    return false;
  }

  /// @param columns the row as it was found, columns in the file's order; the sink may keep it
  void row(ObjectNode columns, Place place);

  /// A row, or a part of the file, that can't be decoded; the rows after it may still come.
  void problem(Problem problem);
}
