package io.kubetune.cli.data;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;

/// The first problems of a dataset, and how many there are in all.
///
/// ```
/// problems.add(place.problem("completion", "no such column", ""));
/// ```
public final class Problems {
  /// How many are kept and shown: enough to see a pattern, few enough to read.
  public static final int KEPT = 20;

  private final List<Problem> first = new ArrayList<>();
  private final int kept;
  private long total;

  public Problems() {
    this(KEPT);
  }

  private Problems(int kept) {
    this.kept = kept;
  }

  /// Keeps every problem; for one batch of rows, which bounds them.
  static Problems ofBatch() {
    return new Problems(Integer.MAX_VALUE);
  }

  public void add(Problem problem) {
    total++;
    if (first.size() < kept) {
      first.add(problem);
    }
  }

  /// Appends another's, which come after.
  public void addAll(Problems later) {
    total += later.total;
    later.first.stream().limit(Math.max(0, kept - first.size())).forEach(first::add);
  }

  public List<Problem> first() {
    return List.copyOf(first);
  }

  public long total() {
    return total;
  }
}
