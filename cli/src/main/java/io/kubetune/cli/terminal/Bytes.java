package io.kubetune.cli.terminal;

import java.util.Locale;

/// Sizes as people read them, in powers of 1,024 as Kubernetes has them.
///
/// ```
/// Bytes.text(5_905_580_032L) // "5.5 GiB"
/// ```
public final class Bytes {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Bytes() {}

  public static String text(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit + 1 < UNITS.length) {
      value /= 1024;
      unit++;
    }
    String number = unit == 0 || value >= 100 ? "%.0f" : "%.1f";
    return String.format(Locale.ROOT, number, value) + " " + UNITS[unit];
  }
}
