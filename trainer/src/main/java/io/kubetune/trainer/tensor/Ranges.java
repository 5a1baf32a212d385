package io.kubetune.trainer.tensor;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;

/// Loops of our own over independent rows, on as many threads as libtorch uses.
///
/// ```
/// Ranges.each(rows, 64, (from, to) -> fill(out, from, to));
/// ```
public final class Ranges {
  private Ranges() {}

  /// The body of a loop over `from` to `to`, the latter not included.
  @FunctionalInterface
  public interface Body {
    void run(int from, int to);
  }

  /// Splits 0 to `count` into equal ranges and runs them side by side.
  ///
  /// @param smallest range that is worth a thread of its own
  public static void each(int count, int smallest, Body body) {
    int ranges =
        count < 2 * smallest ? 1 : Math.max(1, Math.min(torch.get_num_threads(), count / smallest));
    if (ranges == 1) {
      body.run(0, count);
      return;
    }
    IntStream.range(0, ranges)
        .parallel()
        .forEach(i ->
            body.run((int) ((long) count * i / ranges), (int) ((long) count * (i + 1) / ranges)));
  }
}
