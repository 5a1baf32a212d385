package io.kubetune.cli.publish;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.time.Instant;
import java.util.Map;

/// The time that a reproducible image states: `SOURCE_DATE_EPOCH` (reproducible-builds.org), else
/// 1970-01-01T00:00:00Z.
///
/// ```
/// SourceDate.of(Map.of("SOURCE_DATE_EPOCH", "1700000000")); // 2023-11-14T22:13:20Z
/// ```
final class SourceDate {
  private SourceDate() {}

  static Instant of(Map<String, String> environment) {
    String text = environment.getOrDefault("SOURCE_DATE_EPOCH", "0");
    if (!text.matches("[0-9]{1,12}")) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't date the image",
          "SOURCE_DATE_EPOCH",
          "'" + text + "' is not a number of seconds",
          "unset it, or give seconds since 1970");
    }
    return Instant.ofEpochSecond(Long.parseLong(text));
  }
}
