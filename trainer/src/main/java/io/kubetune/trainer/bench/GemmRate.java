package io.kubetune.trainer.bench;

import io.kubetune.trainer.kernel.WeightProducts;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// How fast this machine multiplies matrices of one linear's shape, by libtorch or by our own
/// kernels, whichever is faster: what no trainer on it can beat.
///
/// ```
/// GemmRate rate = GemmRate.measure(shape, 1024, ScalarType.Float);
/// rate.forwardFlops()   // 1.9e11 a second, for X [1024, in] · Wᵀ [in, out]
/// ```
///
/// @param forwardFlops floating point operations a second of X [tokens, in] · Wᵀ [in, out]
/// @param backwardFlops the same of dY [tokens, out] · W [out, in]
public record GemmRate(LinearShape shape, double forwardFlops, double backwardFlops) {
  // Long enough to be over the first call's kernel selection and short enough for eight shapes.
  private static final double SECONDS_EACH = 0.4;

  public static GemmRate measure(LinearShape shape, int tokens, ScalarType type) {
    try (Scope scope = new Scope()) {
      Tensor weight = torch.randn(shape.out(), shape.in()).to(type);
      Tensor x = torch.randn(tokens, shape.in()).to(type);
      Tensor dy = torch.randn(tokens, shape.out()).to(type);
      double operations = 2.0 * tokens * shape.in() * shape.out();
      double forward = bestSeconds(() -> torch.linear(x, weight));
      double backward = bestSeconds(() -> dy.matmul(weight));
      WeightProducts own = WeightProducts.serving(x, weight);
      if (own != null) {
        Tensor y = Placement.zeros(type, tokens, shape.out());
        Tensor dx = Placement.zeros(type, tokens, shape.in());
        forward = Math.min(forward, bestSeconds(() -> own.forward(x, weight, y, false)));
        backward = Math.min(backward, bestSeconds(() -> own.backward(dy, weight, dx, null, null)));
      }
      return new GemmRate(shape, operations / forward, operations / backward);
    }
  }

  /// Seconds that one token's products take in all linears of this shape, forward and backward.
  public double secondsPerToken() {
    double operations = 2.0 * shape.parameters();
    return operations / forwardFlops + operations / backwardFlops;
  }

  // The best of many: a floor is what the machine can do when nothing else disturbs it.
  private static double bestSeconds(Runnable product) {
    run(product);
    double best = Double.MAX_VALUE;
    long end = System.nanoTime() + (long) (SECONDS_EACH * 1e9);
    do {
      long start = System.nanoTime();
      run(product);
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    } while (System.nanoTime() < end);
    return best;
  }

  private static void run(Runnable product) {
    try (Scope scope = new Scope()) {
      product.run();
    }
  }
}
