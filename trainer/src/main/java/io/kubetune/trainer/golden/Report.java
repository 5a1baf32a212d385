package io.kubetune.trainer.golden;

import java.io.PrintStream;
import java.util.Locale;

/// Prints a line a comparison, `name quantity deviation tolerance`, and counts.
final class Report {
  private final PrintStream out;
  private int passed;
  private int failed;

  Report(PrintStream out) {
    this.out = out;
  }

  void compare(String name, String quantity, double deviation, Tolerance tolerance) {
    boolean good = deviation <= tolerance.value; // not a number is not good
    passed += good ? 1 : 0;
    failed += good ? 0 : 1;
    out.printf(
        Locale.ROOT,
        "%s %s %.3g %.0e%s%n",
        name,
        quantity,
        deviation,
        tolerance.value,
        good ? "" : " FAILED");
  }

  void failed(String name, String quantity, String why) {
    failed++;
    out.printf(Locale.ROOT, "%s %s NaN 0 FAILED: %s%n", name, quantity, why);
  }

  /// The last line.
  int finish() {
    out.printf("%d passed, %d failed%n", passed, failed);
    return failed;
  }
}
