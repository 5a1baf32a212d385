package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// The pauses between attempts: doubled each time, up to half of it by chance, so that many pods
/// that failed together do not come back together.
///
/// ```
/// Backoff.sleep(Backoff.pause(access, 2)); // 1 s to 1.5 s after 500 ms
/// ```
final class Backoff {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private Backoff() {}

  /// @param failures so far, 1 for the first
  static Duration pause(RegistryAccess access, int failures) {
    long millis = access.firstPause().toMillis() << Math.min(failures - 1, 16);
    millis = Math.min(millis, LONGEST.toMillis());
    return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
  }

  static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TuneException(
          ExitCode.INTERRUPTED, "stopped waiting for the registry", "registry", "interrupted", "");
    }
  }
}
