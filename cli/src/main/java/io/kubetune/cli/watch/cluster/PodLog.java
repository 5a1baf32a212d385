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

/// The lines of one container, from its first to its last, each once: whatever breaks in between is
/// connected again and read on from the last line's time.
///
/// The API server's `sinceTime` has whole seconds; lines of that second that were read already are
/// dropped by their nanoseconds, and of the same nanosecond by their number.
///
/// ```
/// Thread.ofVirtual().start(new PodLog(cluster, source, queue, ended));
/// ```
final class PodLog implements Runnable {
  private static final long PAUSE_MILLIS = 300;

  /// A stream that a router has forgotten is silent for ever, as one whose container has nothing to
  /// say is: after so long it is opened anew, which costs a request.
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

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

  private final Cluster cluster;
  private final Source source;
  private final LogStart from;
  private final BlockingQueue<Line> lines;
  private final BooleanSupplier containerHasEnded;
  private volatile boolean done;

  private Instant last = Instant.EPOCH;
  private int readOfLast;

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

  @Override
  public void run() {
    try {
      boolean endedBefore = false;
      while (true) {
        boolean whole = readOnce(endedBefore);
        // The container had ended before the stream was opened, and it was read to its end.
        if (whole && endedBefore) {
          break;
        }
        endedBefore = containerHasEnded.getAsBoolean();
        if (!endedBefore) {
          TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
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
      try (InputStream stream = awaited(guard, this::open)) {
        WholeLines whole = new WholeLines(stream);
        Position position = new Position();
        for (String line = awaited(guard, whole::next);
            line != null;
            line = awaited(guard, whole::next)) {
          position.accept(line);
        }
        String rest = whole.rest();
        if (isAll && !rest.isEmpty()) {
          position.accept(rest);
        }
        return true;
      } catch (KubernetesClientException e) {
        // 404: the pod is gone, and its log with it. Anything else passes.
        return e.getCode() == 404;
      } catch (IOException e) {
        return false;
      } catch (InterruptedException e) {
        if (!guard.hasCut()) {
          throw e;
        }
        return false;
      }
    }
  }

  private interface Reading<T> {
    T read() throws IOException, InterruptedException;
  }

  private <T> T awaited(SilenceGuard guard, Reading<T> reading)
      throws IOException, InterruptedException {
    guard.begin(
        () -> containerHasEnded.getAsBoolean() ? LONGEST_SILENCE_OF_THE_DEAD : LONGEST_SILENCE);
    try {
      return reading.read();
    } finally {
      guard.end();
    }
  }

  private InputStream open() throws IOException, InterruptedException {
    Optional<Instant> since = last.equals(Instant.EPOCH) ? from.since() : Optional.of(last);
    String start =
        since
            .map(each -> "&sinceTime=" + each.truncatedTo(ChronoUnit.SECONDS))
            .or(() -> from.tailLines().map(count -> "&tailLines=" + count))
            .orElse("");
    return LogStream.open(cluster, source, start);
  }

  /// Where one stream stands against what was handed over before.
  private final class Position {
    private final Instant resumedAt = last;
    private final int resumedCount = readOfLast;
    private int seenOfResumed;

    void accept(String timed) throws InterruptedException {
      Line line = Line.parse(source, timed);
      Instant time = line.time();
      if (!time.equals(Instant.EPOCH)) {
        if (time.isBefore(resumedAt)) {
          return;
        }
        if (time.equals(resumedAt) && ++seenOfResumed <= resumedCount) {
          return;
        }
        lines.put(line);
        // Only now: who is interrupted before that reads the line again.
        readOfLast = time.equals(last) ? readOfLast + 1 : 1;
        last = time;
        return;
      }
      lines.put(line);
    }
  }
}
