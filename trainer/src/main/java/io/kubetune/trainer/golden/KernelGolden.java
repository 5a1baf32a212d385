package io.kubetune.trainer.golden;

import io.kubetune.trainer.kernel.HostKernels;
import io.kubetune.trainer.kernel.LayerKernels;
import io.kubetune.trainer.kernel.ThinProducts;
import io.kubetune.trainer.kernel.WeightProducts;
import io.kubetune.trainer.kernel.WeightProducts.LowRankTerm;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Precision;
import io.kubetune.trainer.tensor.Scope;
import java.util.Locale;
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

  /// Out and in: whole panels of the summed side and of columns, and what is left over of each.
  private static final int[][] WEIGHTS = {{192, 64}, {209, 577}, {100, 21}, {16, 400}};

  /// For matrix tiles: what is summed up, either side, in whole steps.
  private static final int[][] WHOLE_TILES = {{64, 64}, {224, 1600}, {1632, 96}};

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
          crossEntropy(host, type);
          new AttentionGolden(type, report).run();
          products(type);
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

  private void products(ScalarType compute) {
    for (ScalarType stored :
        new ScalarType[] {ScalarType.Float, ScalarType.BFloat16, ScalarType.Half}) {
      for (int[] shape : compute == ScalarType.Float ? WEIGHTS : WHOLE_TILES) {
        WeightProducts products = WeightProducts.serving(compute, stored, shape[0], shape[1]);
        if (products == null) {
          continue; // of bf16 with another type, or no matrix tiles here
        }
        for (int rows : new int[] {1, TOKENS, 4 * TOKENS, 8 * TOKENS}) {
          product(products, new Types(compute, stored), rows, shape);
        }
      }
    }
  }

  /// @param rows of what is multiplied with a weight, and of what comes out
  private record Types(ScalarType rows, ScalarType weight) {}

  /// Of rows that lie among others, with a weight as it is stored.
  private void product(WeightProducts products, Types types, int rows, int[] shape) {
    int out = shape[0];
    int in = shape[1];
    ScalarType type = types.rows();
    String of = "%dx%dx%d_%s".formatted(rows, out, in, Precision.name(types.weight()));
    Tensor weight = random(types.weight(), out, in + 3);
    Tensor w = weight.narrow(1, 2, in);
    Tensor wThere = weight.to(types.weight()).narrow(1, 2, in);
    Tensor x = random(type, rows, in + 2);
    Tensor dY = random(type, rows, out + 2);
    Tensor xThere = x.to(type).narrow(1, 1, in);
    Tensor dYThere = dY.to(type).narrow(1, 1, out);
    Tensor onto = random(type, rows, out + 5);
    Tensor y = onto.clone().to(type).narrow(1, 4, out);
    Tensor plain = x.narrow(1, 1, in).matmul(w.t());
    Tensor sum = onto.narrow(1, 4, out).add(plain);
    products.forward(xThere, wThere, y, true);
    same("product" + of, type, y, sum);
    products.forward(xThere, wThere, y, false);
    same("product_alone" + of, type, y, plain);
    Tensor plainBack = dY.narrow(1, 1, out).matmul(w);
    Tensor ontoBack = random(type, rows, in);
    Tensor dX = ontoBack.clone().to(type);
    products.backward(dYThere, wThere, dX, dX, null);
    same("product_back" + of, type, dX, ontoBack.add(plainBack));
    products.backward(dYThere, wThere, dX, null, null);
    same("product_back_alone" + of, type, dX, plainBack);
    for (int rank : new int[] {8, 16, 85}) {
      Tensor low = torch.randn(rows, rank + 3);
      Tensor b = torch.randn(out, rank);
      Tensor a = torch.randn(rank, in);
      Scalar scale = new Scalar(SCALE);
      int from = out / 2 - 3; // some columns alone, as those of k among q, k and v
      int count = out / 4 + 1;
      Tensor term = low.narrow(1, 2, rank).matmul(b.t()).mul(scale);
      products.forward(
          xThere, wThere, y, from, count, new LowRankTerm(low, 2, rank, from(b, from), SCALE));
      same(
          "product_term%d_".formatted(rank) + of,
          type,
          y.narrow(1, from, count),
          plain.add(term).narrow(1, from, count));
      same("product_beside" + of, type, y.narrow(1, 0, from), plain.narrow(1, 0, from));
      Tensor termBack = low.narrow(1, 2, rank).matmul(a).mul(scale);
      products.backward(dYThere, wThere, dX, null, new LowRankTerm(low, 2, rank, a, SCALE));
      same("product_term_back%d_".formatted(rank) + of, type, dX, plainBack.add(termBack));
    }
  }

  private static Tensor from(Tensor rows, long first) {
    return rows.narrow(0, first, rows.size(0) - first);
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
    boolean fp32 = type == ScalarType.Float;
    report.compare(
        "kernels",
        name(kernel, type),
        deviation(found, expected),
        fp32 ? Tolerance.KERNEL : Tolerance.KERNEL_BF16);
  }

  static String name(String kernel, ScalarType type) {
    return kernel + "." + type.toString().toLowerCase(Locale.ROOT);
  }

  /// The largest difference, relative to the largest expected value.
  static double deviation(Tensor found, Tensor expected) {
    Tensor here = found.to(ScalarType.Float).cpu();
    return here.sub(expected).abs().max().item_float() / expected.abs().max().item_float();
  }
}
