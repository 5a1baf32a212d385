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
  private long total;

  public void add(Problem problem) {
    total++;
    if (first.size() < KEPT) {
      first.add(problem);
    }
  }

  /// Appends another's, which come after.
  public void addAll(Problems later) {
    total += later.total;
    later.first.stream().limit(Math.max(0, KEPT - first.size())).forEach(first::add);
  }

  public List<Problem> first() {
    return List.copyOf(first);
  }

  public long total() {
    return total;
  }
}
