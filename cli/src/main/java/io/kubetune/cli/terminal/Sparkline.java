package io.kubetune.cli.terminal;

import java.util.Arrays;

/// A row of numbers drawn one character each, the lowest as `▁` and the highest as `█`.
///
/// ```
/// Sparkline.of(new double[] {4, 3, 2, 1}, 4, true)   // █▆▃▁
/// ```
public final class Sparkline {
  private static final String BLOCKS = "▁▂▃▄▅▆▇█";
  private static final String ASCII = "_.-~=*#@";

  private Sparkline() {}

  /// @param columns at most this many characters; more values than that are averaged together
  /// @param unicode blocks, else ASCII characters of growing height
  /// @return empty where no value is finite
  public static String of(double[] values, int columns, boolean unicode) {
    double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
    if (finite.length == 0 || columns < 1) {
      return "";
    }
    double[] drawn = averaged(finite, Math.min(columns, finite.length));
    double lowest = Arrays.stream(drawn).min().orElseThrow();
    double highest = Arrays.stream(drawn).max().orElseThrow();
    String levels = unicode ? BLOCKS : ASCII;
    StringBuilder line = new StringBuilder(drawn.length);
    for (double value : drawn) {
      double share = highest == lowest ? 0 : (value - lowest) / (highest - lowest);
      line.append(levels.charAt((int) Math.round(share * (levels.length() - 1))));
    }
    return line.toString();
  }

  private static double[] averaged(double[] values, int buckets) {
    double[] means = new double[buckets];
    for (int bucket = 0; bucket < buckets; bucket++) {
      int from = (int) ((long) bucket * values.length / buckets);
      int to = (int) ((long) (bucket + 1) * values.length / buckets);
      means[bucket] = Arrays.stream(values, from, to).average().orElseThrow();
    }
    return means;
  }
}
