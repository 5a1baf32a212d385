package io.kubetune.trainer.model;

import io.kubetune.trainer.tensor.Placement;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// Which positions of a pack go past a layer's keys and values: all of them, but in the last layer,
/// whose other outputs no one reads.
///
/// ```
/// Tensor y = positions.of(x);          // [n,hidden] of [T,hidden]
/// Tensor dx = positions.spread(dy, T); // [T,hidden], zero at the others
/// ```
///
/// @param rows [n] int64, ascending; empty: all
/// @param places the same on the host
record Positions(Optional<Tensor> rows, int[] places) {
  static final Positions ALL = new Positions(Optional.empty(), new int[0]);

  /// @param rows [n] ascending
  /// @param total T
  static Positions of(int[] rows, int total) {
    return rows.length == total ? ALL : new Positions(Optional.of(Placement.longs(rows)), rows);
  }

  /// Whether no row is left out.
  boolean areAll() {
    return rows.isEmpty();
  }

  /// How many of `count` rows from `start` on no one asks for before the first that someone does.
  int skipped(int start, int count) {
    if (areAll()) {
      return 0;
    }
    int found = Arrays.binarySearch(places, start);
    int at = found < 0 ? -found - 1 : found;
    return at == places.length ? count : Math.min(count, places[at] - start);
  }

  Tensor of(Tensor x) {
    return rows.map(chosen -> x.index_select(0, chosen)).orElse(x);
  }

  Tensor spread(Tensor d, long total) {
    return rows.map(
            chosen -> Placement.zeros(d.scalar_type(), total, d.size(1)).index_copy_(0, chosen, d))
        .orElse(d);
  }

  /// Adds `d` [n,hidden] to those rows of `all` [T,hidden].
  Tensor addTo(Tensor all, Tensor d) {
    return rows.map(chosen -> all.index_add_(0, chosen, d)).orElseGet(() -> all.add_(d));
  }
}
