package io.kubetune.cli.source;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// A server that asks to come back later: 408, 429 or 5xx.
final class BusyException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Optional<Duration> retryAfter;

  BusyException(Answer answer) {
    super("the server answered " + answer.status());
    this.retryAfter = answer.header("Retry-After").flatMap(BusyException::pause);
  }

  static boolean isBusy(int status) {
    return status == 408 || status == 429 || status >= 500 && status != 501;
  }

  /// How long the server asks to wait.
  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /// Seconds or a date: RFC 9110, 10.2.3.
  private static Optional<Duration> pause(String text) {
    if (text.matches("\\d{1,6}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration pause = Duration.between(Instant.now(), then);
      return Optional.of(pause.isNegative() ? Duration.ZERO : pause);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
