package io.kubetune.trainer.kernel;

import io.kubetune.trainer.tensor.Placement;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// [LayerKernels] of a GPU.
final class GpuKernels implements LayerKernels {
  private static final int THREADS = 256;
  private static final int SIXTEEN_BYTES = 16;

  private GpuKernels() {}

  /// Compiled when first asked for.
  private static final class Loaded {
    static final Optional<CudaProgram> PROGRAM =
        LayerKernels.areOff() ? Optional.empty() : CudaProgram.load();
    static final GpuKernels KERNELS = PROGRAM.isEmpty() ? null : new GpuKernels();
  }

  /// Kernels move 16 bytes at a time.
  static GpuKernels serving(Tensor x, long rowLength) {
    boolean serves =
        Loaded.KERNELS != null
            && LayerKernels.suffix(x) != null
            && rowLength % (SIXTEEN_BYTES / x.element_size()) == 0;
    return serves ? Loaded.KERNELS : null;
  }

  private static void launch(String kernel, Tensor like, long blocks, Object... arguments) {
    Loaded.PROGRAM
        .orElseThrow()
        .launch(kernel + LayerKernels.suffix(like), blocks, THREADS, arguments);
  }

  private static long address(Tensor tensor) {
    return tensor.data_ptr().address();
  }

  private static long blocks(long threads) {
    return (threads + THREADS - 1) / THREADS;
  }

  @Override
  public Tensor rmsNorm(Tensor x, Tensor w, Tensor r, double epsilon, double offset) {
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

  @Override
  public Tensor rmsNormBack(Tensor dy, Tensor x, Tensor w, Tensor r, double offset) {
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

  @Override
  public Tensor swiglu(Tensor both) {
    long f = both.size(1) / 2;
    Tensor h = Placement.empty(both.scalar_type(), both.size(0), f);
    long vectors = h.numel() * h.element_size() / SIXTEEN_BYTES;
    launch("swiglu", both, blocks(vectors), address(both), address(h), vectors, (int) f);
    return h;
  }

  @Override
  public Tensor swigluBack(Tensor dh, Tensor both) {
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

  @Override
  public Tensor rope(Tensor x, Tensor cos, Tensor sin, int direction, Tensor y) {
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

  @Override
  public void nf4(Nf4Parts parts, Tensor out) {
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
