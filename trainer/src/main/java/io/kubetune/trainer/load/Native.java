package io.kubetune.trainer.load;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;

/// Tensors as memory that Java loops read and write.
///
/// ```
/// MemorySegment out = Native.memory(target);
/// Ranges.each(blocks, 1024, (from, to) -> fill(out, from, to));
/// ```
final class Native {
  private Native() {}

  /// The values of a CPU tensor without gaps, row-major. The caller keeps the tensor while it uses
  /// the memory.
  static MemorySegment memory(Tensor tensor) {
    if (!tensor.is_contiguous() || !tensor.is_cpu()) {
      throw new IllegalArgumentException("not a CPU tensor without gaps");
    }
    return MemorySegment.ofAddress(tensor.data_ptr().address())
        .reinterpret(tensor.numel() * tensor.element_size());
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
