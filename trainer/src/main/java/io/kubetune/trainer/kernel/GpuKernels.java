package io.kubetune.trainer.kernel;

import io.kubetune.trainer.tensor.Placement;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A layer's norms, nonlinearity, rotation and unpacking of NF4 as one kernel each, where a GPU
/// computes.
///
/// Each method's formula is that of the class which calls it, and that class has another way, of
/// libtorch's operations, for where [#serve] says no.
///
/// ```
/// if (GpuKernels.serve(x, x.size(1))) {
///   return GpuKernels.rmsNorm(x, w, y, r, epsilon, 0);
/// }
/// ```
public final class GpuKernels {
  /// Set to `libtorch`, the kernels are left unused: to see what they are worth.
  private static final String SWITCH = "KUBETUNE_GPU_KERNELS";

  private static final int THREADS = 256;
  private static final int SIXTEEN_BYTES = 16;

  private GpuKernels() {}

  /// Compiled when first asked for.
  private static final class Loaded {
    static final Optional<CudaProgram> PROGRAM =
        "libtorch".equals(System.getenv(SWITCH)) ? Optional.empty() : CudaProgram.load();
  }

  /// Whether there is a kernel for such a tensor: on a GPU, fp32 or bf16, its rows a multiple of 16
  /// bytes.
  public static boolean serve(Tensor x, long rowLength) {
    if (!Placement.isGpu() || Loaded.PROGRAM.isEmpty()) {
      return false;
    }
    ScalarType type = x.scalar_type().intern();
    return (type == ScalarType.BFloat16 || type == ScalarType.Float)
        && rowLength % (SIXTEEN_BYTES / x.element_size()) == 0;
  }

  private static void launch(String kernel, Tensor like, long blocks, Object... arguments) {
    String type = like.scalar_type().intern() == ScalarType.BFloat16 ? "_bf16" : "_fp32";
    Loaded.PROGRAM.orElseThrow().launch(kernel + type, blocks, THREADS, arguments);
  }

  private static long address(Tensor tensor) {
    return tensor.data_ptr().address();
  }

  private static long blocks(long threads) {
    return (threads + THREADS - 1) / THREADS;
  }

  /// @param x [.., n] without gaps
  /// @param w [n] in x's type
  /// @param r [rows] fp32, written
  public static Tensor rmsNorm(Tensor x, Tensor w, Tensor r, double epsilon, double offset) {
    Tensor y = torch.empty_like(x);
    int n = (int) x.size(-1);
    launch(
        "rms_norm",
        x,
        x.numel() / n,
        address(x),
        address(w),
        address(y),
        address(r),
        n,
        (float) epsilon,
        (float) offset);
    return y;
  }

  /// The derivative of [#rmsNorm] by x.
  public static Tensor rmsNormBack(Tensor dy, Tensor x, Tensor w, Tensor r, double offset) {
    Tensor dx = torch.empty_like(x);
    int n = (int) x.size(-1);
    launch(
        "rms_norm_back",
        x,
        x.numel() / n,
        address(dy),
        address(x),
        address(w),
        address(r),
        address(dx),
        n,
        (float) offset);
    return dx;
  }

  /// @param both [T, 2f] without gaps, gate and up side by side
  /// @return silu(gate)·up, [T, f]
  public static Tensor swiglu(Tensor both) {
    long f = both.size(1) / 2;
    Tensor h = Placement.empty(both.scalar_type(), both.size(0), f);
    long vectors = h.numel() * h.element_size() / SIXTEEN_BYTES;
    launch("swiglu", both, blocks(vectors), address(both), address(h), vectors, (int) f);
    return h;
  }

  /// The derivative of [#swiglu] by `both`, [T, 2f].
  public static Tensor swigluBack(Tensor dh, Tensor both) {
    Tensor dBoth = torch.empty_like(both);
    long vectors = dh.numel() * dh.element_size() / SIXTEEN_BYTES;
    launch(
        "swiglu_back",
        both,
        blocks(vectors),
        address(dh),
        address(both),
        address(dBoth),
        vectors,
        (int) dh.size(1));
    return dBoth;
  }

  /// @param x [T, heads, d], each token's heads without gaps
  /// @param cos [T, rotated/2] in x's type
  /// @param direction 1, or -1 to turn back
  /// @param y where the result goes: as x, or x itself
  public static Tensor rope(Tensor x, Tensor cos, Tensor sin, int direction, Tensor y) {
    int d = (int) x.size(2);
    int half = (int) cos.size(1);
    long pairs = x.size(0) * x.size(1) * (d - half);
    launch(
        "rope",
        x,
        blocks(pairs),
        address(x),
        address(cos),
        address(sin),
        address(y),
        pairs,
        (int) x.size(1),
        d,
        half,
        x.stride(0),
        y.stride(0),
        (float) direction);
    return y;
  }

  /// Scales of NF4: `absmax` alone, or the other three and `offset`, as [io.kubetune.trainer.load]
  /// has them.
  public record Nf4Parts(
      Tensor packed, Tensor absmax, Tensor codes, Tensor nested, Tensor map, float offset) {}

  /// @param out fp32 or bf16 without gaps, a multiple of 64 values
  public static void nf4(Nf4Parts parts, Tensor out) {
    long threads = out.numel() / 8;
    launch(
        "nf4",
        out,
        blocks(threads),
        address(parts.packed()),
        orNull(parts.absmax()),
        orNull(parts.codes()),
        orNull(parts.nested()),
        orNull(parts.map()),
        parts.offset(),
        address(out),
        threads);
  }

  private static long orNull(Tensor tensor) {
    return tensor == null ? 0 : address(tensor);
  }
}
