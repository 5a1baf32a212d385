package io.kubetune.trainer.kernel;

import io.kubetune.trainer.tensor.Placement;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// [LayerKernels] of a CPU, and one more: cross-entropy in its logits' place.
public final class HostKernels implements LayerKernels {
  /// Values that are worth a thread: 128 KB of fp32.
  private static final long VALUES_A_THREAD = 1 << 15;

  private static final int NF4_BLOCK = 64;

  private final HostProgram program;

  private final ThinProducts thin;
  private final HostAttention attention;
  private final WeightProducts weightProducts;

  private HostKernels(HostProgram program) {
    this.program = program;
    this.thin = new ThinProducts(program);
    this.attention = new HostAttention(program);
    this.weightProducts = new WeightProducts(program);
  }

  ThinProducts thin() {
    return thin;
  }

  HostAttention attention() {
    return attention;
  }

  WeightProducts weightProducts() {
    return weightProducts;
  }

  /// Loaded when first asked for.
  private static final class Loaded {
    static final Optional<HostProgram> PROGRAM =
        LayerKernels.areOff() ? Optional.empty() : HostProgram.load();
    static final HostKernels KERNELS = PROGRAM.map(HostKernels::new).orElse(null);
  }

  /// @return null where there are none for such a tensor: on a GPU, of another type than fp32 and
  ///   bf16, or no library for this processor
  public static HostKernels serving(Tensor x) {
    return LayerKernels.suffix(x) == null ? null : here();
  }

  /// @return null on a GPU, and where there is no library for this processor
  static HostKernels here() {
    return Placement.isGpu() ? null : Loaded.KERNELS;
  }

  private static long address(Tensor tensor) {
    return tensor.data_ptr().address();
  }

  private static long addressOrNull(Tensor tensor) {
    return tensor == null ? 0 : address(tensor);
  }

  /// @param rowLength values of a row
  private void launch(String kernel, Tensor like, long rows, long rowLength, Object... arguments) {
    program.launch(
        kernel + LayerKernels.suffix(like), rows, VALUES_A_THREAD / rowLength, arguments);
  }

  @Override
  public Tensor rmsNorm(Tensor x, Tensor w, Tensor r, double epsilon, double offset) {
    Tensor y = torch.empty_like(x);
    long n = x.size(-1);
    launch(
        "rms_norm",
        x,
        x.numel() / n,
        n,
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
    long n = x.size(-1);
    launch(
        "rms_norm_back",
        x,
        x.numel() / n,
        n,
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
    launch("swiglu", both, both.size(0), f, address(both), address(h), f);
    return h;
  }

  @Override
  public Tensor swigluBack(Tensor dh, Tensor both) {
    Tensor dBoth = torch.empty_like(both);
    long f = dh.size(1);
    launch("swiglu_back", both, dh.size(0), f, address(dh), address(both), address(dBoth), f);
    return dBoth;
  }

  @Override
  public Tensor rope(Tensor x, Tensor cos, Tensor sin, int direction, Tensor y) {
    long heads = x.size(1);
    long d = x.size(2);
    launch(
        "rope",
        x,
        x.size(0),
        heads * d,
        address(x),
        address(cos),
        address(sin),
        address(y),
        heads,
        d,
        cos.size(1),
        x.stride(0),
        y.stride(0),
        (float) direction);
    return y;
  }

  @Override
  public void nf4(Nf4Parts parts, Tensor out) {
    launch(
        "nf4",
        out,
        out.numel() / NF4_BLOCK,
        NF4_BLOCK,
        address(parts.packed()),
        address(parts.code()),
        addressOrNull(parts.absmax()),
        addressOrNull(parts.codes()),
        addressOrNull(parts.nested()),
        addressOrNull(parts.map()),
        parts.offset(),
        address(out));
  }

  /// Turns logits into `scale · (softmax − onehot)` in their place.
  ///
  /// @param logits [n,V] without gaps
  /// @param targets [n] int64 without gaps
  /// @return the cross-entropy of each row, [n] fp32
  public Tensor crossEntropy(Tensor logits, Tensor targets, double scale) {
    long n = logits.size(0);
    Tensor parts = Placement.empty(ScalarType.Float, 3, n); // largest logit, sum, target's logit
    launch(
        "cross_entropy",
        logits,
        n,
        logits.size(1),
        address(logits),
        address(targets),
        address(parts.select(0, 0)),
        address(parts.select(0, 1)),
        address(parts.select(0, 2)),
        logits.size(1),
        (float) scale);
    return parts.select(0, 1).log().add_(parts.select(0, 0)).sub_(parts.select(0, 2));
  }
}
