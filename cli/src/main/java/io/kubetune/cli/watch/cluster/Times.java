package io.kubetune.cli.watch.cluster;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/// Kubernetes' times.
///
/// ```
/// Times.instant("2026-11-25T09:43:03Z")
/// ```
final class Times {
  private Times() {}

  /// @return 1970 for a time that is not there
  static Instant instant(String text) {
    if (text == null || text.isEmpty()) {
      return Instant.EPOCH;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }
}
