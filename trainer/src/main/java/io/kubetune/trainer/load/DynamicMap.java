package io.kubetune.trainer.load;

import java.util.Arrays;

/// The 256 signed values that 8-bit block quantization rounds to: dense near zero, coarse near one.
///
/// Source: Dettmers et al. 2022, "8-bit Optimizers via Block-wise Quantization", dynamic tree
/// quantization, as bitsandbytes builds it with 7 exponent bits.
///
/// ```
/// int q = DynamicMap.nearest(0.5f);
/// float back = DynamicMap.value(q);
/// ```
final class DynamicMap {
  private static final int EXPONENTS = 7;
  private static final float[] VALUES = build();

  private DynamicMap() {}

  /// All of them, by index.
  static float[] values() {
    return VALUES.clone();
  }

  static float value(int index) {
    return VALUES[index];
  }

  /// Index of the nearest value, the lower one of two as near; 0 for NaN, which a block of equal
  /// scales gives (0/0).
  static int nearest(float x) {
    if (Float.isNaN(x)) {
      return 0;
    }
    int above = Arrays.binarySearch(VALUES, x);
    if (above >= 0) {
      return above;
    }
    above = -above - 1;
    if (above == 0) {
      return 0;
    }
    if (above == VALUES.length) {
      return VALUES.length - 1;
    }
    return Math.abs(x - VALUES[above]) < Math.abs(x - VALUES[above - 1]) ? above : above - 1;
  }

  private static float[] build() {
    float[] values = new float[256];
    int count = 0;
    for (int i = 0; i < EXPONENTS; i++) {
      int fractions = 1 << i;
      // 10^(i-6) as Python's double, rounded once
      float scale = (float) Double.parseDouble("1e" + (i - EXPONENTS + 1));
      for (int j = 0; j < fractions; j++) {
        float mean = (boundary(j, fractions) + boundary(j + 1, fractions)) / 2;
        values[count++] = scale * mean;
        values[count++] = -scale * mean;
      }
    }
    values[count++] = 0;
    values[count++] = 1;
    Arrays.sort(values);
    return values;
  }

  /// torch.linspace(0.1, 1, fractions + 1)[i] in fp32: from the start in the lower half, from the
  /// end in the upper.
  private static float boundary(int i, int fractions) {
    float step = (1f - 0.1f) / fractions;
    return i < (fractions + 1) / 2 ? Math.fma(step, i, 0.1f) : Math.fma(-step, fractions - i, 1f);
  }
}
