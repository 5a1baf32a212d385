package io.kubetune.trainer.model;

import io.kubetune.trainer.data.Document;
import java.util.Arrays;
import java.util.stream.IntStream;

/// The positions of a pack that have a target, and their targets.
///
/// @param rows [n] ascending
/// @param targets [n] the token that each is to predict
/// @param total T
record Selection(int[] rows, int[] targets, int total) {
  /// @param targets [T] as [io.kubetune.trainer.data.PackedBatch#targets]
  static Selection of(int[] targets) {
    int[] rows =
        IntStream.range(0, targets.length).filter(i -> targets[i] != Document.IGNORED).toArray();
    return new Selection(rows, Arrays.stream(rows).map(i -> targets[i]).toArray(), targets.length);
  }

  boolean isEmpty() {
    return rows.length == 0;
  }

  int size() {
    return rows.length;
  }

  Positions positions() {
    return Positions.of(rows, total);
  }
}
