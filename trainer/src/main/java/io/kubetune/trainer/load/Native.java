package io.kubetune.trainer.load;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Tensors as memory that Java loops read and write, on as many threads as libtorch uses.
///
/// ```
/// MemorySegment out = Native.memory(target);
/// Native.inRanges(blocks, 1024, (from, to) -> fill(out, from, to));
/// ```
final class Native {
  private Native() {}

  /// The body of a loop over `from` to `to`, the latter not included.
  @FunctionalInterface
  interface RangeBody {
    void run(int from, int to);
  }

  /// The values of a CPU tensor without gaps, row-major. The caller keeps the tensor while it uses
  /// the memory.
  static MemorySegment memory(Tensor tensor) {
    if (!tensor.is_contiguous() || !tensor.is_cpu()) {
      throw new IllegalArgumentException("not a CPU tensor without gaps");
    }
    return MemorySegment.ofAddress(tensor.data_ptr().address())
        .reinterpret(tensor.numel() * tensor.element_size());
  }

  /// Splits 0 to `count` into equal ranges and runs them side by side.
  ///
  /// @param smallest range that is worth a thread of its own
  static void inRanges(int count, int smallest, RangeBody body) {
    int ranges = Math.max(1, Math.min(torch.get_num_threads(), count / smallest));
    if (ranges == 1) {
      body.run(0, count);
      return;
    }
    IntStream.range(0, ranges)
        .parallel()
        .forEach(i ->
            body.run((int) ((long) count * i / ranges), (int) ((long) count * (i + 1) / ranges)));
  }

  /// Of fp32 values from index `from` to `to`, the latter not included; NaN where one of them is.
  ///
  /// Without its sign a float's bits are ordered as its value is, NaN above infinity, and the
  /// largest of integers is found many at a time.
  static float largestMagnitude(MemorySegment values, long from, long to) {
    int largest = 0;
    for (long i = from; i < to; i++) {
      largest = Math.max(largest, values.getAtIndex(ValueLayout.JAVA_INT, i) & 0x7fffffff);
    }
    return Float.intBitsToFloat(largest);
  }

  /// Bits of the bf16 number nearest to a finite fp32 number, ties to even, as torch rounds.
  static int bf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
}
