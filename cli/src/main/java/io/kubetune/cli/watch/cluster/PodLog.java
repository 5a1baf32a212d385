package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.cli.cluster.Cluster;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// The lines of one container, from its first to its last, each once: whatever breaks in between is
/// connected again and read on from the last line's time.
///
/// ```
/// Thread.ofVirtual().start(new PodLog(cluster, source, queue, ended));
/// ```
final class PodLog implements Runnable {
  private static final long PAUSE_MILLIS = 300;

  /// A stream that a router has forgotten is silent for ever, as one whose container has nothing to
  /// say is: after so long it is opened anew, which costs a request.
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

  /// A connection that was kept from before may be forgotten as well.
  private static final Duration LONGEST_OPENING = Duration.ofSeconds(10);

  /// Of a container that has ended: the kubelet closes its stream at once.
  private static final Duration LONGEST_SILENCE_OF_THE_DEAD = Duration.ofSeconds(10);

  /// Whose lines they are.
  record Source(String namespace, String pod, String container) {}

  /// @param time when the kubelet read it; 1970 where it has none
  record Line(Source source, Instant time, String text) {
    /// @param timed as the kubelet writes it: `2026-11-25T09:43:03.080123456Z text`
    static Line parse(Source source, String timed) {
      int space = timed.indexOf(' ');
      try {
        return space < 0
            ? new Line(source, Instant.parse(timed), "")
            : new Line(
                source, Instant.parse(timed.substring(0, space)), timed.substring(space + 1));
      } catch (DateTimeParseException e) {
        return new Line(source, Instant.EPOCH, timed);
      }
    }
  }

  /// A kubelet that does not answer for a container that has ended is gone for good.
  private static final Duration LONGEST_REFUSAL = Duration.ofSeconds(15);

  private final Cluster cluster;
  private final Source source;
  private final LogStart from;
  private final BlockingQueue<Line> lines;
  private final BooleanSupplier containerHasEnded;
  private final ToldTimes told = new ToldTimes();
  private volatile boolean listens;
  private volatile boolean done;
  private volatile SilenceGuard reading;
  private volatile Optional<String> lost = Optional.empty();

  private Optional<Instant> opened = Optional.empty();
  private Optional<Instant> refusedSince = Optional.empty();
  private String untimed = "";

  /// @param containerHasEnded whether the kubelet says so by now: a stream that ends before was cut
  PodLog(
      Cluster cluster,
      Source source,
      LogStart from,
      BlockingQueue<Line> lines,
      BooleanSupplier containerHasEnded) {
    this.cluster = cluster;
    this.source = source;
    this.from = from;
    this.lines = lines;
    this.containerHasEnded = containerHasEnded;
  }

  /// Whether every line was handed over that there will ever be.
  boolean isDone() {
    return done;
  }

  /// Whether all that was there is read: lines come by themselves now, or never again.
  boolean hasNothingNow() {
    return done || listens;
  }

  /// Why the rest of it can't be read: once, and where it can't.
  Optional<String> takeLost() {
    Optional<String> why = done ? lost : Optional.empty();
    if (why.isPresent()) {
      lost = Optional.empty();
    }
    return why;
  }

  /// The API server was away: what was opened before may have been forgotten on the way.
  void doubt() {
    SilenceGuard guard = reading;
    if (guard != null) {
      guard.cut();
    }
  }

  @Override
  public void run() {
    try {
      boolean endedBefore = containerHasEnded.getAsBoolean();
      while (true) {
        boolean whole = readOnce(endedBefore);
        // The container had ended before the stream was opened, and it was read to its end.
        if (whole && endedBefore || lost.isPresent()) {
          break;
        }
        boolean ended = containerHasEnded.getAsBoolean();
        if (!whole || !ended) {
          TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        endedBefore = ended;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      done = true;
    }
  }

  /// @param isAll the container had ended: what has no line break at the end is its last line
  /// @return whether the stream came to its end, and was not cut
  private boolean readOnce(boolean isAll) throws InterruptedException {
    try (SilenceGuard guard = new SilenceGuard(Thread.currentThread())) {
      reading = guard;
      try (InputStream stream = awaited(guard, () -> LONGEST_OPENING, this::open)) {
        listens = true;
        refusedSince = Optional.empty();
        WholeLines whole = new WholeLines(stream);
        ToldTimes.Again again = told.again();
        for (String line = awaited(guard, this::longestSilence, whole::next);
            line != null;
            line = awaited(guard, this::longestSilence, whole::next)) {
          accept(line, again);
        }
        String rest = whole.rest();
        if (isAll && !rest.isEmpty()) {
          accept(rest, again);
        }
        return true;
      } catch (KubernetesClientException e) {
        return isEnd(e, isAll);
      } catch (IOException e) {
        return false;
      } catch (InterruptedException e) {
        if (!guard.hasCut()) {
          throw e;
        }
        return false;
      } finally {
        reading = null;
        listens = false;
      }
    }
  }

  private boolean isEnd(KubernetesClientException refusal, boolean containerHadEnded) {
    if (refusal.getCode() == 404) {
      // The pod is gone, and its log with it.
      return true;
    }
    Instant since = refusedSince.orElseGet(Instant::now);
    refusedSince = Optional.of(since);
    Duration refused = Duration.between(since, Instant.now());
    if (containerHadEnded && refused.compareTo(LONGEST_REFUSAL) >= 0) {
      lost = Optional.of(refusal.getMessage());
    }
    return false;
  }

  private void accept(String timed, ToldTimes.Again again) throws InterruptedException {
    Line line = Line.parse(source, timed);
    if (line.time().equals(Instant.EPOCH)) {
      // The kubelet's own words: it says them again each time that it is asked.
      if (!timed.equals(untimed)) {
        lines.put(line);
        untimed = timed;
      }
      return;
    }
    if (!again.isTold(line.time())) {
      lines.put(line);
      // Only now: who is interrupted before that reads the line again.
      told.add(line.time());
    }
  }

  private interface Reading<T> {
    T read() throws IOException, InterruptedException;
  }

  private static <T> T awaited(SilenceGuard guard, Supplier<Duration> longest, Reading<T> reading)
      throws IOException, InterruptedException {
    guard.begin(longest);
    try {
      return reading.read();
    } finally {
      guard.end();
    }
  }

  private Duration longestSilence() {
    return containerHasEnded.getAsBoolean() ? LONGEST_SILENCE_OF_THE_DEAD : LONGEST_SILENCE;
  }

  private InputStream open() throws IOException, InterruptedException {
    Optional<Instant> again = told.resumeAt();
    // Of what was there at first the last lines only: what comes after is no part of it.
    Optional<Instant> since =
        again.or(() -> from.tailLines().isPresent() ? opened.or(from::since) : from.since());
    Optional<Integer> tail =
        again.isPresent() || opened.isPresent() ? Optional.empty() : from.tailLines();
    String start =
        since.map(each -> "&sinceTime=" + each.truncatedTo(ChronoUnit.SECONDS)).orElse("")
            + tail.map(count -> "&tailLines=" + count).orElse("");
    Instant asked = Instant.now();
    InputStream stream = LogStream.open(cluster, source, start);
    opened = opened.or(() -> Optional.of(asked));
    return stream;
  }
}
