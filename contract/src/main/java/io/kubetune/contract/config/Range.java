package io.kubetune.contract.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An interval of numbers, written as mathematicians do.
///
/// ```
/// Range.parse("[0, 1)").contains(1.0); // false
/// ```
public record Range(double from, boolean fromIncluded, double to, boolean toIncluded) {
  private static final Pattern FORM = Pattern.compile("([\\[(])([^,]+), ([^,]+)([])])");

  static Range parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("not an interval: " + text);
    }
    return new Range(
        bound(form.group(2)),
        form.group(1).equals("["),
        bound(form.group(3)),
        form.group(4).equals("]"));
  }

  private static double bound(String text) {
    return text.equals("inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }

  /// False for NaN, which lies in no interval.
  public boolean contains(double x) {
    return (fromIncluded ? x >= from : x > from) && (toIncluded ? x <= to : x < to);
  }

  /// In words that need no mathematics: `at least 0 and below 1`.
  @Override
  public String toString() {
    String lower = (fromIncluded ? "at least " : "above ") + shortest(from);
    if (Double.isInfinite(to)) {
      return lower + (fromIncluded ? "" : " and finite");
    }
    return lower + " and " + (toIncluded ? "at most " : "below ") + shortest(to);
  }

  private static String shortest(double x) {
    return x == Math.rint(x) && Math.abs(x) < 1e15 ? Long.toString((long) x) : Double.toString(x);
  }
}
