package io.kubetune.cli.terminal;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as people read them.
///
/// ```
/// Durations.clock(Duration.ofSeconds(75))   // 0:01:15
/// Durations.age(Duration.ofHours(49))       // 2d1h
/// ```
public final class Durations {
  private Durations() {}

  /// What was typed: `90` (seconds), `30s`, `10m`, `1h30m`, `2d`; empty where it is no duration.
  public static Optional<Duration> parse(String text) {
    if (text.matches("[0-9]+")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    Matcher typed =
        Pattern.compile("(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?").matcher(text);
    if (text.isEmpty() || !typed.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        Duration.ofDays(number(typed.group(1)))
            .plusHours(number(typed.group(2)))
            .plusMinutes(number(typed.group(3)))
            .plusSeconds(number(typed.group(4))));
  }

  private static long number(String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

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
