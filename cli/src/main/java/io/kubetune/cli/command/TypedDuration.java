package io.kubetune.cli.command;

import io.kubetune.cli.terminal.Durations;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.time.Duration;

/// A duration as an option's value.
///
/// ```
/// TypedDuration.parse("--timeout", "10m")
/// ```
final class TypedDuration {
  private TypedDuration() {}

  /// @throws TuneException USAGE
  static Duration parse(String option, String text) {
    return Durations.parse(text)
        .orElseThrow(() ->
            new TuneException(
                ExitCode.USAGE,
                "can't understand " + option,
                option,
                "'" + text + "' is no duration",
                "for example 90, 30s, 10m, 1h30m"));
  }
}
