package io.kubetune.cli.source;

import io.kubetune.cli.registry.NoAnswer;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;

/// Tries again what a network failed at, with pauses that double and up to half of each by chance,
/// so that many pods that failed together do not come back together.
///
/// ```
/// Answer answer = retries.call("https://…", () -> 0, () -> http.get(uri, origin, headers));
/// ```
///
/// @param say is told of each pause
record Retries(SourceOptions options, Consumer<String> say) {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /// A server that asks for more is not worth a waiting pod.
  private static final Duration LONGEST_ASKED_FOR = Duration.ofMinutes(5);

  /// @param <T> what an attempt gives
  interface Attempt<T> {
    /// @throws IOException where another attempt may succeed
    T run() throws IOException;
  }

  /// @param progress grows where an attempt got somewhere before it failed; then counting begins
  ///   anew
  /// @throws TuneException SOURCE where no attempt is left
  <T> T call(String what, LongSupplier progress, Attempt<T> attempt) {
    int failures = 0;
    while (true) {
      long before = progress.getAsLong();
      try {
        return attempt.run();
      } catch (IOException e) {
        failures = progress.getAsLong() > before ? 1 : failures + 1;
        boolean last = e instanceof SSLException && failures > 1 || NoAnswer.isUntrusted(e);
        if (last || failures >= options.attempts()) {
          throw gaveUp(what, failures, e);
        }
        Duration pause = pause(failures, e);
        if (pause.compareTo(LONGEST_ASKED_FOR) > 0) {
          throw gaveUp(what, failures, e);
        }
        say.accept("%s: %s; again in %.1f s".formatted(what, reason(e), pause.toMillis() / 1e3));
        sleep(pause, what);
      }
    }
  }

  private Duration pause(int failures, IOException e) {
    Optional<Duration> asked =
        e instanceof BusyException busy ? busy.retryAfter() : Optional.empty();
    long millis = options.firstPause().toMillis() << Math.min(failures - 1, 16);
    millis = Math.min(millis, LONGEST.toMillis());
    long chance = ThreadLocalRandom.current().nextLong(millis / 2 + 1);
    return asked
        .map(atLeast -> atLeast.plusMillis(chance))
        .orElse(Duration.ofMillis(millis + chance));
  }

  static String reason(IOException e) {
    return NoAnswer.words(e);
  }

  private static void sleep(Duration pause, String what) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TuneException(ExitCode.INTERRUPTED, "stopped downloading", what, "interrupted", "");
    }
  }

  private static TuneException gaveUp(String what, int failures, IOException e) {
    return new TuneException(
        ExitCode.SOURCE,
        "can't download " + what,
        what,
        reason(e) + (failures > 1 ? " (" + failures + " attempts without progress)" : ""),
        NoAnswer.remedyOfCertificate(e, "--ca FILE, or --ca-configmap NAME for a pod")
            .orElse(
                "is the address right, and the server up? What has arrived is kept; run it again to"
                    + " go on"),
        e);
  }
}
