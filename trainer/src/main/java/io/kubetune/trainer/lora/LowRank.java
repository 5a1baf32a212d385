package io.kubetune.trainer.lora;

import io.kubetune.trainer.tensor.Frame;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The low-rank update of one linear: A [r,in], B [out,r], and with DoRA a magnitude m [out].
///
/// ```
/// LoRA  y = xWᵀ + s·(drop(x) Aᵀ) Bᵀ
/// DoRA  y = c∘(xWᵀ + s·(xAᵀ)Bᵀ), c = m / ‖W + s·BA‖ by row, the norm held constant (Liu et al. 2024)
/// DoRA with dropout, as PEFT:  y = xWᵀ + (c-1)∘(xdWᵀ) + c∘s·(xd Aᵀ)Bᵀ, xd = drop(x)
/// ```
///
/// @param magnitude DoRA's m, where it is used
public record LowRank(
    Trained a, Trained b, Optional<Trained> magnitude, int r, double scale, double dropout) {

  /// Whether it needs nothing but A and B, so that it can share products with its neighbours.
  boolean isPlain() {
    return magnitude.isEmpty() && dropout == 0;
  }

  /// The way back of [#apply].
  interface Applied {
    /// Adds into the parameters' gradients, and turns `dOut` in place into the derivative by xWᵀ.
    ///
    /// @param dOut [T,out] of this linear; overwritten
    /// @param x [T,in] as it came in
    /// @return what the adapter adds to dX, [T,in]
    Tensor back(Tensor dOut, Tensor x, Supplier<Tensor> w);
  }

  /// Changes y = xWᵀ [T,out] in place into the adapted output.
  ///
  /// @param w the linear's own W [out,in]; asked for only where DoRA needs it
  Applied apply(Tensor x, Tensor y, Supplier<Tensor> w, Frame frame) {
    Tensor aNow = frame.save(a.value().to(x.scalar_type()));
    Tensor bNow = frame.save(b.value().to(x.scalar_type()));
    boolean drops = dropout > 0 && frame.recording();
    Tensor mask = drops ? frame.save(keepMask(x, frame)) : null;
    Tensor xd = drops ? x.mul(mask) : x;
    Tensor xa = frame.save(torch.linear(xd, aNow)); // [T,r]
    if (magnitude.isEmpty()) {
      y.addmm_(xa, bNow.t(), new Scalar(1), new Scalar(scale));
      return (dOut, xIn, wNow) ->
          lowRankBack(dOut, drops ? xIn.mul(mask) : xIn, xa, aNow, bNow, mask);
    }
    Tensor norm = rowNorm(w.get(), aNow, bNow); // [out]
    Tensor c = frame.save(magnitude.get().value().div(norm).to(x.scalar_type()));
    Tensor inverseNorm = frame.save(norm.reciprocal());
    Tensor low = xa.matmul(bNow.t()).mul_(new Scalar(scale)); // [T,out]
    if (!drops) {
      Tensor u = frame.save(y.add(low)); // xWᵀ + s·BAx
      y.copy_(u.mul(c));
      return (dOut, xIn, wNow) -> {
        magnitudeGradient(dOut, u, inverseNorm);
        dOut.mul_(c);
        return lowRankBack(dOut, xIn, xa, aNow, bNow, null);
      };
    }
    Tensor u = frame.save(torch.linear(xd, w.get()).add_(low));
    y.add_(u.mul(c)).sub_(torch.linear(xd, w.get()));
    return (dOut, xIn, wNow) -> {
      magnitudeGradient(dOut, u, inverseNorm);
      Tensor dU = dOut.mul(c);
      Tensor throughW = dU.sub(dOut).matmul(wNow.get()).mul_(mask);
      return lowRankBack(dU, xIn.mul(mask), xa, aNow, bNow, mask).add_(throughW);
    };
  }

  private Tensor lowRankBack(
      Tensor dU, Tensor xd, Tensor xa, Tensor aNow, Tensor bNow, Tensor mask) {
    Scalar s = new Scalar(scale);
    b.gradient().add_(dU.t().matmul(xa), s);
    Tensor g = dU.matmul(bNow).mul_(s); // [T,r]
    a.gradient().add_(g.t().matmul(xd));
    Tensor dxd = g.matmul(aNow);
    return mask == null ? dxd : dxd.mul_(mask);
  }

  private void magnitudeGradient(Tensor dOut, Tensor u, Tensor inverseNorm) {
    magnitude.get().gradient().add_(dOut.mul(u).to(ScalarType.Float).sum(0).mul_(inverseNorm));
  }

  /// ‖W + s·BA‖ of each row, fp32.
  private Tensor rowNorm(Tensor w, Tensor aNow, Tensor bNow) {
    Tensor whole =
        w.to(ScalarType.Float)
            .addmm(
                bNow.to(ScalarType.Float),
                aNow.to(ScalarType.Float),
                new Scalar(1),
                new Scalar(scale));
    return whole.square().sum(1).sqrt();
  }

  /// 1/(1-p) where a value is kept, 0 where it is dropped, as torch.nn.Dropout.
  private Tensor keepMask(Tensor x, Frame frame) {
    Tensor kept = torch.empty_like(x).bernoulli_(1 - dropout, frame.nextGenerator());
    return kept.mul_(new Scalar(1 / (1 - dropout)));
  }
}
