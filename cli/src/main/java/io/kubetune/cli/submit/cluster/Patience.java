package io.kubetune.cli.submit.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.cli.cluster.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Asks again while the API server is away for a moment: restarted, overloaded, behind a broken
/// line. Only for questions that may be asked twice.
///
/// ```
/// new Patience(cluster, Patience.LONGEST, talk).ask("can't create the run 'bot'", () -> …);
/// ```
///
/// @param longest for how long to try; a server that stays away longer is down
/// @param talk told once that the server is away, and once that it is back
public record Patience(Cluster cluster, Duration longest, Consumer<String> talk) {
  public static final Duration LONGEST = Duration.ofSeconds(90);

  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 3_000;

  public <T> T ask(String attempted, Supplier<T> question) {
    Instant end = Instant.now().plus(longest);
    boolean told = false;
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
      try {
        T answer = question.get();
        if (told) {
          talk.accept("the API server answers again");
        }
        return answer;
      } catch (KubernetesClientException e) {
        if (!isPassing(e) || Instant.now().isAfter(end)) {
          throw cluster.told(attempted, e);
        }
        if (!told && pause >= 1_000) {
          talk.accept(
              "the API server does not answer; trying again for " + longest.toSeconds() + " s");
          told = true;
        }
        sleep(pause);
      }
    }
  }

  /// No connection, too many requests, or a server that is starting or stopping.
  public static boolean isPassing(KubernetesClientException failure) {
    int code = failure.getCode();
    return code < 100 || code == 429 || code == 500 || code == 502 || code == 503 || code == 504;
  }

  private static void sleep(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the API server was away", e);
    }
  }
}
