package io.kubetune.cli.terminal;

import java.time.Duration;

/// Durations as people read them.
///
/// ```
/// Durations.clock(Duration.ofSeconds(75))   // 0:01:15
/// Durations.age(Duration.ofHours(49))       // 2d1h
/// ```
public final class Durations {
  private Durations() {}

  /// Hours, minutes, seconds.
  public static String clock(Duration duration) {
    return "%d:%02d:%02d"
        .formatted(duration.toHours(), duration.toMinutesPart(), duration.toSecondsPart());
  }

  /// The two largest units that matter, as kubectl's AGE columns have them.
  public static String age(Duration duration) {
    if (duration.compareTo(Duration.ofMinutes(2)) < 0) {
      return Math.max(0, duration.toSeconds()) + "s";
    }
    if (duration.compareTo(Duration.ofMinutes(10)) < 0) {
      return both(duration.toMinutes(), "m", duration.toSecondsPart(), "s");
    }
    if (duration.compareTo(Duration.ofHours(3)) < 0) {
      return duration.toMinutes() + "m";
    }
    if (duration.compareTo(Duration.ofHours(8)) < 0) {
      return both(duration.toHours(), "h", duration.toMinutesPart(), "m");
    }
    if (duration.compareTo(Duration.ofDays(2)) < 0) {
      return duration.toHours() + "h";
    }
    if (duration.compareTo(Duration.ofDays(8)) < 0) {
      return both(duration.toDays(), "d", duration.toHoursPart(), "h");
    }
    return duration.toDays() + "d";
  }

  private static String both(long large, String largeUnit, int small, String smallUnit) {
    return large + largeUnit + (small == 0 ? "" : small + smallUnit);
  }
}
