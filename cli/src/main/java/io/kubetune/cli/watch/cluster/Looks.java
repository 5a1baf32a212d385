package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.submit.cluster.Patience;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Looks at a run again and again, in a thread of its own: lines do not wait for an API server that
/// takes its time.
///
/// ```
/// try (Looks looks = Looks.start(cluster, run)) {
///   looks.fresh().ifPresent(snapshot -> …);
///   looks.away();   // how long the API server has not answered
/// }
/// ```
final class Looks implements AutoCloseable {
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  /// A connection that a router has forgotten never answers: the next look takes a new one.
  private static final Duration LONGEST = Duration.ofSeconds(15);

  private final Cluster cluster;
  private final ClusterRuns.Found run;
  private final String attempted;
  private final Thread thread = Thread.ofVirtual().name("looks").unstarted(this::lookAgain);

  private Optional<ClusterSnapshot> fresh = Optional.empty();
  private Optional<TuneException> failure = Optional.empty();
  private Instant answered = Instant.now();
  private Optional<Instant> looking = Optional.empty();
  private boolean closed;

  private Looks(Cluster cluster, ClusterRuns.Found run) {
    this.cluster = cluster;
    this.run = run;
    this.attempted = "can't follow the run '" + run.name() + "'";
  }

  static Looks start(Cluster cluster, ClusterRuns.Found run) {
    Looks looks = new Looks(cluster, run);
    looks.thread.start();
    return looks;
  }

  /// What was seen since it was asked last.
  ///
  /// @throws TuneException what no patience helps against: it was deleted, it may not be read
  synchronized Optional<ClusterSnapshot> fresh() {
    if (failure.isPresent()) {
      throw failure.get();
    }
    Optional<ClusterSnapshot> seen = fresh;
    fresh = Optional.empty();
    return seen;
  }

  /// Since the API server answered last; to be asked all the time, as it also ends looks that take
  /// too long.
  synchronized Duration away() {
    Instant now = Instant.now();
    if (looking.filter(since -> Duration.between(since, now).compareTo(LONGEST) > 0).isPresent()) {
      looking = Optional.empty();
      thread.interrupt();
    }
    return Duration.between(answered, now);
  }

  private void lookAgain() {
    try {
      while (begin()) {
        try {
          ClusterRuns.Found current = new ClusterRuns(cluster).read(run).orElseThrow(this::deleted);
          saw(ClusterSnapshot.read(cluster, current));
        } catch (KubernetesClientException e) {
          if (!isTooLong() && !Patience.isPassing(e)) {
            fail(cluster.told(attempted, e));
            return;
          }
        } catch (TuneException e) {
          fail(e);
          return;
        }
        TimeUnit.MILLISECONDS.sleep(BETWEEN.toMillis());
      }
    } catch (InterruptedException e) {
      // Closed: nobody looks any more.
    }
  }

  private synchronized boolean begin() {
    looking = Optional.of(Instant.now());
    return !closed;
  }

  private synchronized void saw(ClusterSnapshot snapshot) {
    looking = Optional.empty();
    // Where [#away] ended this look at the last moment.
    Thread.interrupted();
    answered = Instant.now();
    fresh = Optional.of(snapshot);
  }

  /// Whether [#away] ended it; the next look begins without the interruption.
  private synchronized boolean isTooLong() {
    boolean ended = looking.isEmpty();
    looking = Optional.empty();
    if (ended) {
      Thread.interrupted();
    }
    return ended;
  }

  private synchronized void fail(TuneException e) {
    failure = Optional.of(e);
  }

  private TuneException deleted() {
    return new TuneException(
        ExitCode.NOT_FOUND,
        "stopped following the run '" + run.name() + "'",
        run.reference(),
        "it was deleted",
        "");
  }

  @Override
  public synchronized void close() {
    closed = true;
    thread.interrupt();
  }
}
