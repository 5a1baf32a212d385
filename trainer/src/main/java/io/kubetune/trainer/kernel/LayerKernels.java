package io.kubetune.trainer.kernel;

import io.kubetune.trainer.tensor.Placement;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A layer's norms, nonlinearity, rotation and unpacking of NF4, each in as few passes over memory
/// as its formula needs.
///
/// Each method's formula is that of the class which calls it, and that class has another way, of
/// libtorch's operations, for where [#serving] gives null.
///
/// ```
/// LayerKernels kernels = LayerKernels.serving(x, x.size(1));
/// Tensor y = kernels == null ? … : kernels.rmsNorm(x, w, r, epsilon, 0);
/// ```
public sealed interface LayerKernels permits GpuKernels, HostKernels {
  /// To see what they are worth, and to test them: `libtorch` leaves our own kernels unused, `avx2`
  /// and `avx512` take those of an older processor.
  String SWITCH = "KUBETUNE_KERNELS";

  static boolean areOff() {
    return "libtorch".equals(System.getenv(SWITCH));
  }

  /// @return null where libtorch's operations are all there is: another type than fp32 and bf16, a
  ///   row length that a GPU's kernels can't take, no kernels for this machine
  static LayerKernels serving(Tensor x, long rowLength) {
    return Placement.isGpu() ? GpuKernels.serving(x, rowLength) : HostKernels.serving(x);
  }

  /// `_fp32` or `_bf16`; null for other types.
  static String suffix(Tensor x) {
    return switch (x.scalar_type().intern()) {
      case Float -> "_fp32";
      case BFloat16 -> "_bf16";
      case ScalarType other -> null;
    };
  }

  /// @param x [.., n] without gaps
  /// @param w [n] in x's type
  /// @param r [rows] fp32, written
  Tensor rmsNorm(Tensor x, Tensor w, Tensor r, double epsilon, double offset);

  /// The derivative of [#rmsNorm] by x.
  Tensor rmsNormBack(Tensor dy, Tensor x, Tensor w, Tensor r, double offset);

  /// @param both [T, 2f] without gaps, gate and up side by side
  /// @return silu(gate)·up, [T, f]
  Tensor swiglu(Tensor both);

  /// The derivative of [#swiglu] by `both`, [T, 2f].
  Tensor swigluBack(Tensor dh, Tensor both);

  /// @param x [T, heads, d], each token's heads without gaps
  /// @param cos [T, rotated/2] in x's type
  /// @param direction 1, or -1 to turn back
  /// @param y where the result goes: as x, or x itself
  Tensor rope(Tensor x, Tensor cos, Tensor sin, int direction, Tensor y);

  /// What a matrix in NF4 is made of, as [io.kubetune.trainer.load] has it: scales are `absmax`
  /// alone, or the other three and `offset`.
  ///
  /// @param code [16] fp32, the values of the 16 codes; a GPU's kernel has its own
  record Nf4Parts(
      Tensor packed,
      Tensor code,
      Tensor absmax,
      Tensor codes,
      Tensor nested,
      Tensor map,
      float offset) {}

  /// @param out fp32 or bf16 without gaps, a multiple of 64 values
  void nf4(Nf4Parts parts, Tensor out);
}
