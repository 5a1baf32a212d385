package io.kubetune.trainer.golden;

import io.kubetune.trainer.kernel.GpuKernels;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Holds each kernel for GPUs against libtorch's own operations on the host, in fp32 and bf16, on
/// fresh random numbers.
///
/// Deviations are relative to the largest value: a few units of fp32's last place, and half a unit
/// of bf16's for the one rounding at the end.
record KernelGolden(Report report) {
  private static final int TOKENS = 37;
  private static final int HEADS = 5;
  private static final int HEAD = 64;
  private static final int ROTATED = 48;
  private static final int WIDTH = 1536;
  private static final double EPSILON = 1e-5;
  private static final double OFFSET = 1;

  void run() {
    for (ScalarType type : new ScalarType[] {ScalarType.Float, ScalarType.BFloat16}) {
      try (Scope scope = new Scope()) {
        if (!GpuKernels.serve(Placement.zeros(type, 8, 8), 8)) {
          report.failed("kernels", type.toString(), "none are loaded");
          continue;
        }
        norm(type);
        swiglu(type);
        rope(type);
      }
    }
  }

  /// As the kernel sees it: rounded to its type, in fp32.
  private static Tensor random(ScalarType type, long... shape) {
    return torch.randn(shape).to(type).to(ScalarType.Float);
  }

  private static Tensor there(Tensor host, ScalarType type) {
    return Placement.here(host.to(type));
  }

  private void norm(ScalarType type) {
    Tensor x = random(type, TOKENS, WIDTH);
    Tensor dy = random(type, TOKENS, WIDTH);
    Tensor w = random(type, WIDTH);
    Tensor r = mean(x.square()).add_(new Scalar(EPSILON)).rsqrt_();
    Tensor factor = w.add(new Scalar(OFFSET));
    Tensor hat = x.mul(r);
    Tensor g = dy.mul(factor);
    Tensor dx = g.sub(hat.mul(mean(g.mul(hat)))).mul_(r);
    Tensor rThere = Placement.empty(ScalarType.Float, TOKENS);
    Tensor xThere = there(x, type);
    Tensor wThere = there(w, type);
    same(
        "rms_norm",
        type,
        GpuKernels.rmsNorm(xThere, wThere, rThere, EPSILON, OFFSET),
        hat.mul(factor));
    same(
        "rms_norm_back",
        type,
        GpuKernels.rmsNormBack(there(dy, type), xThere, wThere, rThere, OFFSET),
        dx);
  }

  private static Tensor mean(Tensor x) {
    return x.mean(new long[] {-1}, true, new ScalarTypeOptional());
  }

  private void swiglu(ScalarType type) {
    Tensor both = random(type, TOKENS, 2 * WIDTH);
    Tensor dh = random(type, TOKENS, WIDTH);
    Tensor gate = both.narrow(1, 0, WIDTH);
    Tensor up = both.narrow(1, WIDTH, WIDTH);
    Tensor bothThere = there(both, type);
    same("swiglu", type, GpuKernels.swiglu(bothThere), torch.silu(gate).mul(up));
    Tensor found = GpuKernels.swigluBack(there(dh, type), bothThere);
    same("swiglu_back", type, found.narrow(1, WIDTH, WIDTH), dh.mul(torch.silu(gate)));
    same("swiglu_back", type, found.narrow(1, 0, WIDTH), torch.silu_backward(dh.mul(up), gate));
  }

  /// On heads that lie among others, as q and k do in their joint product.
  private void rope(ScalarType type) {
    Tensor all = random(type, TOKENS, 3 * HEADS, HEAD);
    Tensor x = all.narrow(1, HEADS, HEADS);
    Tensor angles = torch.randn(TOKENS, ROTATED / 2);
    Tensor cos = angles.cos().to(type).to(ScalarType.Float);
    Tensor sin = angles.sin().to(type).to(ScalarType.Float);
    long half = ROTATED / 2;
    for (int direction : new int[] {1, -1}) {
      Tensor c = cos.unsqueeze(1);
      Tensor s = sin.unsqueeze(1).mul(new Scalar(direction));
      Tensor x1 = x.narrow(2, 0, half);
      Tensor x2 = x.narrow(2, half, half);
      Tensor expected = x.clone();
      expected.narrow(2, 0, half).copy_(x1.mul(c).sub(x2.mul(s)));
      expected.narrow(2, half, half).copy_(x2.mul(c).add(x1.mul(s)));
      Tensor xThere = there(all, type).narrow(1, HEADS, HEADS);
      Tensor apart = Placement.empty(type, TOKENS, HEADS, HEAD);
      GpuKernels.rope(xThere, there(cos, type), there(sin, type), direction, apart);
      same("rope", type, apart, expected);
      GpuKernels.rope(xThere, there(cos, type), there(sin, type), direction, xThere);
      same("rope_in_place", type, xThere, expected);
    }
  }

  private void same(String kernel, ScalarType type, Tensor found, Tensor expected) {
    Tensor here = found.to(ScalarType.Float).cpu();
    double largest = expected.abs().max().item_float();
    double worst = here.sub(expected).abs().max().item_float() / largest;
    report.compare(
        "kernels",
        kernel + "." + type.toString().toLowerCase(java.util.Locale.ROOT),
        worst,
        type == ScalarType.Float ? Tolerance.KERNEL : Tolerance.KERNEL_BF16);
  }
}
