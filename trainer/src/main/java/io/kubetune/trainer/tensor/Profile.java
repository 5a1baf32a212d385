package io.kubetune.trainer.tensor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// Where the time of steps goes, part by part, each less the parts within it.
///
/// Off, a part costs one read of a field. On, a GPU is waited for at each edge of a part, so the
/// shares are true and the whole is slower than without.
///
/// ```
/// Tensor y = Profile.time(Part.PRODUCTS, () -> x.matmul(w));
/// ```
public final class Profile {

  /// The parts of a step, in the order of the table.
  public enum Part {
    PRODUCTS("matrix products", false),
    ADAPTERS("adapters", false),
    UNPACKING("unpacking of weights", false),
    ATTENTION("attention", false),
    ELEMENTWISE("norms, rotation, activation", false),
    HEAD("head and cross-entropy", false),
    OPTIMIZER("clipping and optimizer", true),
    REST("rest", true);

    private final String label;
    private final boolean isWhole;

    /// @param isWhole not within another
    Part(String label, boolean isWhole) {
      this.label = label;
      this.isWhole = isWhole;
    }
  }

  /// Steps that are left out: their time goes into compilers and allocators.
  private static final int WARM_UP = 2;

  private static volatile boolean on;
  private static int steps;
  private static long spared;
  private static final Map<Part, LongAdder> NANOSECONDS = new ConcurrentHashMap<>();
  private static final ThreadLocal<Clock> CLOCK = ThreadLocal.withInitial(Clock::new);

  private Profile() {}

  /// What one thread is in, and since when.
  private static final class Clock {
    private Part part;
    private long since;

    /// @return what was left
    Part enter(Part next) {
      Placement.await();
      long now = System.nanoTime();
      if (part != null) {
        NANOSECONDS.computeIfAbsent(part, p -> new LongAdder()).add(now - since);
      }
      Part left = part;
      part = next;
      since = now;
      return left;
    }
  }

  /// Counts from now on, but for the first steps.
  public static void begin() {
    NANOSECONDS.clear();
    spared = 0;
    steps = 0;
    on = true;
  }

  /// Called by the training loop after each of its steps.
  public static void stepEnded() {
    if (++steps == WARM_UP) {
      NANOSECONDS.clear();
      spared = 0;
    }
  }

  /// Tokens of a step that were computed for other documents already.
  public static void spared(int tokens) {
    spared += tokens;
  }

  public static <T> T time(Part part, Supplier<T> work) {
    if (!on) {
      return work.get();
    }
    Clock clock = CLOCK.get();
    if (clock.part == null && !part.isWhole) {
      return work.get(); // of an evaluation
    }
    Part outer = clock.enter(part);
    try {
      return work.get();
    } finally {
      clock.enter(outer);
    }
  }

  public static void time(Part part, Runnable work) {
    time(
        part,
        () -> {
          work.run();
          return null;
        });
  }

  /// One line a part: milliseconds a step, added up over the cores, and the share of all.
  public static String table() {
    int counted = Math.max(1, steps - WARM_UP);
    double all = NANOSECONDS.values().stream().mapToLong(LongAdder::sum).sum();
    StringBuilder table =
        new StringBuilder("%-30s %10s %7s%n".formatted("PART", "MS/STEP", "SHARE"));
    for (Part each : Part.values()) {
      long nanoseconds = NANOSECONDS.getOrDefault(each, new LongAdder()).sum();
      if (nanoseconds > 0) {
        table.append(
            "%-30s %10.2f %6.1f%%%n"
                .formatted(each.label, nanoseconds / 1e6 / counted, 100 * nanoseconds / all));
      }
    }
    if (spared > 0) {
      table.append(
          "spared by prefixes that documents share: %,d tokens a step%n"
              .formatted(spared / counted));
    }
    return table.toString();
  }
}
