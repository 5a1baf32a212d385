package io.kubetune.cli.watch.cluster;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// When the lines were written that were told last: a log that is read again is told from there on.
///
/// The API server's `sinceTime` has whole seconds, so what is read again begins before what is new.
/// A container's stdout and stderr reach its log by two ways, and lines of them that were written
/// within microseconds may stand there in either order: hence all times of the last second, and not
/// the last one alone.
///
/// ```
/// told.add(line.time());
/// told.resumeAt();                          // 2026-11-25T09:43:02Z
/// ToldTimes.Again again = told.again();
/// again.isTold(line.time());                // once for each time that it was told
/// ```
final class ToldTimes {
  /// Half a megabyte; who writes more lines in a second writes them in order, or can't be helped.
  private static final int MOST = 1 << 16;

  private static final long NANOS = 1_000_000_000L;

  private long[] times = new long[256];
  private int count;
  private long latest;

  /// No line up to this time is new.
  private long floor;

  void add(Instant time) {
    if (count == times.length) {
      makeRoom();
    }
    long nanos = nanos(time);
    times[count++] = nanos;
    latest = Math.max(latest, nanos);
  }

  private void makeRoom() {
    long needed = nanos(resumeTime());
    count = keep(needed);
    if (count > times.length / 2 && times.length < MOST) {
      times = Arrays.copyOf(times, 2 * times.length);
    } else if (count > times.length / 2) {
      long[] older = Arrays.copyOf(times, count);
      Arrays.sort(older);
      floor = older[count / 2];
      count = keep(floor + 1);
    }
  }

  private int keep(long from) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (times[i] >= from) {
        times[kept++] = times[i];
      }
    }
    return kept;
  }

  /// From when on the log is to be read again; empty where nothing was told.
  Optional<Instant> resumeAt() {
    return latest == 0 ? Optional.empty() : Optional.of(resumeTime());
  }

  private Instant resumeTime() {
    return Instant.ofEpochSecond(latest / NANOS, latest % NANOS)
        .minusSeconds(1)
        .truncatedTo(ChronoUnit.SECONDS);
  }

  /// For one reading from [#resumeAt] on.
  Again again() {
    Map<Long, Integer> counts = new HashMap<>();
    for (int i = 0; i < count; i++) {
      counts.merge(times[i], 1, Integer::sum);
    }
    return new Again(counts, floor);
  }

  record Again(Map<Long, Integer> left, long floor) {
    boolean isTold(Instant time) {
      long nanos = nanos(time);
      if (nanos <= floor) {
        return true;
      }
      Integer times = left.get(nanos);
      if (times == null) {
        return false;
      }
      if (times == 1) {
        left.remove(nanos);
      } else {
        left.put(nanos, times - 1);
      }
      return true;
    }
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * NANOS + time.getNano();
  }
}
