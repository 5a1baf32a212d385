package io.kubetune.trainer.golden;

import io.kubetune.trainer.kernel.HostKernels;
import io.kubetune.trainer.kernel.LayerKernels;
import io.kubetune.trainer.kernel.ThinProducts;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Holds each kernel of this machine against libtorch's own operations on the host, in fp32 and
/// bf16, on fresh random numbers.
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
  private static final double SCALE = 0.125;

  void run() {
    for (ScalarType type : new ScalarType[] {ScalarType.Float, ScalarType.BFloat16}) {
      try (Scope scope = new Scope()) {
        LayerKernels kernels = LayerKernels.serving(Placement.zeros(type, 8, 8), 8);
        if (kernels == null) {
          if (Placement.isGpu()) { // on a CPU they may be missing, for want of a compiler
            report.failed("kernels", type.toString(), "none are loaded");
          }
          continue;
        }
        norm(kernels, type);
        swiglu(kernels, type);
        rope(kernels, type);
        if (kernels instanceof HostKernels host) {
          softmax(host, type);
          crossEntropy(host, type);
          for (int rank : new int[] {8, 16, 5, 40, 100}) { // whole tiles, and what is left over
            thin(ThinProducts.serving(Placement.zeros(type, 1)), type, rank);
          }
        }
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

  private void norm(LayerKernels kernels, ScalarType type) {
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
        kernels.rmsNorm(xThere, wThere, rThere, EPSILON, OFFSET),
        hat.mul(factor));
    same(
        "rms_norm_back",
        type,
        kernels.rmsNormBack(there(dy, type), xThere, wThere, rThere, OFFSET),
        dx);
  }

  private static Tensor mean(Tensor x) {
    return x.mean(new long[] {-1}, true, new ScalarTypeOptional());
  }

  private void swiglu(LayerKernels kernels, ScalarType type) {
    Tensor both = random(type, TOKENS, 2 * WIDTH);
    Tensor dh = random(type, TOKENS, WIDTH);
    Tensor gate = both.narrow(1, 0, WIDTH);
    Tensor up = both.narrow(1, WIDTH, WIDTH);
    Tensor bothThere = there(both, type);
    same("swiglu", type, kernels.swiglu(bothThere), torch.silu(gate).mul(up));
    Tensor found = kernels.swigluBack(there(dh, type), bothThere);
    same("swiglu_back", type, found.narrow(1, WIDTH, WIDTH), dh.mul(torch.silu(gate)));
    same("swiglu_back", type, found.narrow(1, 0, WIDTH), torch.silu_backward(dh.mul(up), gate));
  }

  /// On heads that lie among others, as q and k do in their joint product.
  private void rope(LayerKernels kernels, ScalarType type) {
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
      kernels.rope(xThere, there(cos, type), there(sin, type), direction, apart);
      same("rope", type, apart, expected);
      kernels.rope(xThere, there(cos, type), there(sin, type), direction, xThere);
      same("rope_in_place", type, xThere, expected);
    }
  }

  /// Queries that stand behind earlier keys, and see a window of them.
  private void softmax(HostKernels kernels, ScalarType type) {
    int keys = TOKENS + 9;
    HostKernels.Sight sight = new HostKernels.Sight(TOKENS, keys, 9, 20);
    Tensor seen = torch.ones(TOKENS, keys).tril(9).sub_(torch.ones(TOKENS, keys).tril(9 - 20));
    Tensor s = random(type, HEADS, TOKENS, keys);
    Tensor hidden = seen.eq(new Scalar(0));
    Tensor masked = s.mul(new Scalar(SCALE)).masked_fill(hidden, new Scalar(-1e30f));
    Tensor p = torch.softmax(masked, -1);
    Tensor found = s.to(type).clone();
    kernels.softmax(found, sight, SCALE);
    same("softmax", type, found, p);
    Tensor kept = found.to(ScalarType.Float);
    Tensor dP = random(type, HEADS, TOKENS, keys);
    Tensor along = dP.mul(kept).sum(new long[] {-1}, true, new ScalarTypeOptional());
    Tensor back = dP.to(type).clone();
    kernels.softmaxBack(back, found, sight, SCALE);
    same("softmax_back", type, back, kept.mul(dP.sub(along)).mul(new Scalar(SCALE)));
  }

  private void crossEntropy(HostKernels kernels, ScalarType type) {
    Tensor logits = random(type, TOKENS, WIDTH);
    Tensor targets = torch.arange(new Scalar(TOKENS)).mul(new Scalar(3)).to(ScalarType.Long);
    Tensor logP = torch.log_softmax(logits, 1);
    Tensor at = targets.unsqueeze(1);
    Tensor d = logP.exp();
    d.scatter_(1, at, d.gather(1, at).sub_(new Scalar(1)));
    Tensor found = logits.to(type).clone();
    Tensor losses = kernels.crossEntropy(found, targets, SCALE);
    same("cross_entropy", ScalarType.Float, losses, logP.gather(1, at).squeeze(1).neg());
    same("cross_entropy_back", type, found, d.mul(new Scalar(SCALE)));
  }

  /// Of columns that lie among others, as those of q, k and v do.
  private void thin(ThinProducts products, ScalarType type, int rank) {
    int all = WIDTH / 3;
    int columns = all - 5;
    String of = rank + LayerKernels.suffix(Placement.zeros(type, 1));
    Tensor wide = random(type, 4 * TOKENS, all);
    Tensor part = wide.narrow(1, 2, columns);
    Tensor partThere = wide.to(type).narrow(1, 2, columns);
    Tensor low = torch.randn(4 * TOKENS, rank + 3).narrow(1, 1, rank);
    Tensor down = torch.randn(columns, rank);
    Tensor up = torch.randn(rank, columns);
    Tensor narrow = Placement.empty(ScalarType.Float, 4 * TOKENS, rank + 3).narrow(1, 2, rank);
    products.narrow(partThere, down, narrow, SCALE);
    same("narrow" + of, ScalarType.Float, narrow, part.matmul(down).mul(new Scalar(SCALE)));
    Tensor widened = Placement.empty(type, 4 * TOKENS, all).narrow(1, 1, columns);
    products.widen(low, up, widened, SCALE);
    same("widen" + rank, type, widened, low.matmul(up).mul(new Scalar(SCALE)));
    Tensor sums = torch.ones(columns, rank);
    products.sumsNarrow(partThere, low, sums, SCALE);
    Tensor expected = part.t().matmul(low).mul(new Scalar(SCALE)).add(new Scalar(1));
    same("sums_narrow" + of, ScalarType.Float, sums, expected);
    Tensor sumsWide = torch.ones(rank, columns);
    products.sumsWide(low, partThere, sumsWide, SCALE);
    same("sums_wide" + of, ScalarType.Float, sumsWide, expected.t());
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
