package io.kubetune.trainer.load;

/// The 16 values of the 4-bit NormalFloat: quantiles of a normal distribution, scaled to ±1.
///
/// Source: Dettmers et al. 2023, QLoRA, appendix E; values and thresholds to the last bit as in
/// bitsandbytes, so that its checkpoints and ours agree.
///
/// ```
/// int index = Nf4Code.nearest(0.31f);    // 11
/// float value = Nf4Code.VALUES[index];   // 0.33791524
/// ```
final class Nf4Code {
  /// Values by index.
  static final float[] VALUES = {
    -1f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1f
  };

  /// Where one value's neighbourhood ends and the next one's begins.
  private static final float[] THRESHOLDS = {
    -0.8480964004993439f,
    -0.6106329262256622f,
    -0.4599952697753906f,
    -0.33967943489551544f,
    -0.23460740596055984f,
    -0.13791173323988914f,
    -0.045525018125772476f,
    0.03979014977812767f,
    0.1202552504837513f,
    0.2035212516784668f,
    0.2920137718319893f,
    0.3893125355243683f,
    0.5016634166240692f,
    0.6427869200706482f,
    0.8614784181118011f
  };

  /// The interval from -1 to 1 in cells narrower than the thresholds' distances, so that at most
  /// one threshold lies in each: how many lie in the cells before it.
  private static final byte[] BEFORE = new byte[256];

  static {
    for (float threshold : THRESHOLDS) {
      for (int cell = cell(threshold) + 1; cell < BEFORE.length; cell++) {
        BEFORE[cell]++;
      }
    }
  }

  private Nf4Code() {}

  /// Never falls as `x` rises, which is all that [#nearest] needs to be exact.
  private static int cell(float x) {
    return (int) ((x + 1) * 127.5f) & 255;
  }

  /// Index of the nearest value: how many thresholds lie below `x`.
  ///
  /// @param x from -1 to 1
  static int nearest(float x) {
    int before = BEFORE[cell(x)];
    return before < THRESHOLDS.length && x > THRESHOLDS[before] ? before + 1 : before;
  }
}
