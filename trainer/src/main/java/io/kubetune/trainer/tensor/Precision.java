package io.kubetune.trainer.tensor;

import io.kubetune.contract.TrainingConfig.NumberType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What weights are stored in and what arithmetic is done in: two settings, because CPUs differ.
///
/// With AVX512-BF16 or AMX a bf16 product runs several times faster than fp32, with AVX2 alone a
/// hundred times slower.
///
/// @param storage of frozen weights; empty type AUTO is what the checkpoint holds
/// @param compute type of activations and products: fp32 or bf16
/// @param reason why `compute` was chosen, for the first event
public record Precision(NumberType storage, ScalarType compute, String reason) {
  private static final int TRIALS = 8;

  /// Ampere, the first generation of GPUs with bf16.
  private static final int BF16_CAPABILITY = 80;

  /// Decides `auto` by a trial: some products in each type, 50 ms at most, on this very machine.
  public static Precision choose(NumberType storage, NumberType compute) {
    return switch (compute) {
      case BFLOAT16 -> new Precision(storage, ScalarType.BFloat16, "set in the configuration");
      case FLOAT32 -> new Precision(storage, ScalarType.Float, "set in the configuration");
      case FLOAT16 ->
          new Precision(
              storage, ScalarType.Float, "fp16 arithmetic overflows; fp32 is used in its place");
      case AUTO -> automatic(storage);
    };
  }

  private static Precision automatic(NumberType storage) {
    if (storage == NumberType.FLOAT32) {
      return new Precision(storage, ScalarType.Float, "weights are fp32");
    }
    if (Placement.isGpu()) {
      return Placement.computeCapability() >= BF16_CAPABILITY
          ? new Precision(storage, ScalarType.BFloat16, "this GPU multiplies bf16 fastest")
          : new Precision(storage, ScalarType.Float, "this GPU has no bf16 arithmetic");
    }
    if (!cpuNames("amx_bf16") && !cpuNames("avx512_bf16")) {
      return new Precision(storage, ScalarType.Float, "this CPU has no bf16 instructions");
    }
    double fp32 = Double.MAX_VALUE;
    double bf16 = Double.MAX_VALUE;
    try (Scope scope = new Scope()) {
      Tensor wide = torch.ones(512, 512);
      Tensor narrow = wide.to(ScalarType.BFloat16);
      seconds(wide); // the first call builds oneDNN's kernel
      seconds(narrow);
      // The quickest of some, turn about: on a busy machine any one of them may have been
      // interrupted, or all of some milliseconds, and two runs of one request should not be
      // computed in different types.
      for (int i = 0; i < TRIALS; i++) {
        fp32 = Math.min(fp32, seconds(wide));
        bf16 = Math.min(bf16, seconds(narrow));
      }
    }
    String measured = "a bf16 product takes %.2f of the time of fp32 here".formatted(bf16 / fp32);
    return bf16 < 0.8 * fp32
        ? new Precision(storage, ScalarType.BFloat16, measured)
        : new Precision(storage, ScalarType.Float, measured);
  }

  private static double seconds(Tensor factor) {
    long start = System.nanoTime();
    factor.matmul(factor);
    return (System.nanoTime() - start) / 1e9;
  }

  private static boolean cpuNames(String flag) {
    try {
      return Files.readString(Path.of("/proc/cpuinfo")).contains(" " + flag);
    } catch (IOException notLinux) {
      return false;
    }
  }

  /// The name that the events carry.
  public static String name(ScalarType type) {
    return switch (type) {
      case BFloat16 -> "bf16";
      case Half -> "fp16";
      case Float -> "fp32";
      default -> type.toString().toLowerCase(java.util.Locale.ROOT);
    };
  }
}
