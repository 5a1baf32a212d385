package io.kubetune.trainer.model;

import io.kubetune.trainer.kernel.LayerKernels;
import io.kubetune.trainer.lora.VectorWeight;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Pass;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Profile;
import io.kubetune.trainer.tensor.Profile.Part;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Normalizes the last dimension, in fp32 whatever the compute type.
sealed interface Norm extends AutoCloseable {
  /// @param x [.., n]
  default Pass forward(Tensor x, Frame frame) {
    Pass pass = Profile.time(Part.ELEMENTWISE, () -> normalize(x, frame));
    return new Pass(pass.out(), dy -> Profile.time(Part.ELEMENTWISE, () -> pass.back().apply(dy)));
  }

  /// As [#forward], with an output that is not kept for the way back: it is computed again from x.
  default Pass repeatable(Tensor x, Frame frame) {
    Pass pass = forward(x, frame);
    if (frame.recording()) {
      Tensor kept = frame.save(x);
      frame.repeatable(pass.out(), () -> again(kept));
    }
    return pass;
  }

  private Tensor again(Tensor x) {
    try (Frame frame = new Frame(Frame.Mode.inference(true), -1)) {
      return forward(x, frame).out();
    }
  }

  Pass normalize(Tensor x, Frame frame);

  @Override
  void close();

  /// Root mean square norm (Zhang, Sennrich 2019): `x̂ = x·r, r = 1/sqrt(mean(x²)+ε), y =
  /// x̂·(w+offset)`.
  ///
  /// Derivative with g = dY·(w+offset): `dX = r·(g − x̂·mean(g·x̂))`.
  ///
  /// @param offset 1 for Gemma, whose files hold w−1; else 0
  record Rms(VectorWeight weight, double epsilon, double offset) implements Norm {
    @Override
    public Pass normalize(Tensor x, Frame frame) {
      LayerKernels kernels = LayerKernels.serving(x, x.size(-1));
      if (kernels != null && !weight.isTrained() && x.is_contiguous()) {
        return fused(kernels, x, frame);
      }
      Tensor kept = frame.save(x);
      Tensor x32 = x.to(ScalarType.Float);
      Tensor r =
          frame.save(meanOfLast(x32.square()).add_(new Scalar(epsilon)).rsqrt_()); // [.., 1] fp32
      Tensor w = weight.value(ScalarType.Float);
      Tensor factor = offset == 0 ? w : w.add(new Scalar(offset));
      Tensor y = x32.mul(r).mul_(factor).to(x.scalar_type());
      return new Pass(
          y,
          dy -> {
            Tensor dy32 = dy.to(ScalarType.Float);
            Tensor normed = kept.to(ScalarType.Float).mul(r);
            if (weight.isTrained()) {
              weight.accumulate(sumOfRows(dy32.mul(normed)));
            }
            Tensor wNow = weight.value(ScalarType.Float);
            Tensor g = dy32.mul(offset == 0 ? wNow : wNow.add(new Scalar(offset)));
            Tensor dx = g.sub(normed.mul(meanOfLast(g.mul(normed)))).mul_(r);
            return dx.to(dy.scalar_type());
          });
    }

    private Pass fused(LayerKernels kernels, Tensor x, Frame frame) {
      Tensor kept = frame.save(x);
      Tensor w = frame.save(weight.value(x.scalar_type()));
      Tensor r = frame.save(Placement.empty(ScalarType.Float, x.numel() / x.size(-1)));
      Tensor y = kernels.rmsNorm(x, w, r, epsilon, offset);
      return new Pass(y, dy -> kernels.rmsNormBack(dy.contiguous(), kept, w, r, offset));
    }

    @Override
    public void close() {
      weight.close();
    }
  }

  /// Layer norm (Ba et al. 2016): `x̂ = (x − mean)/sqrt(var+ε), y = x̂·w + b`.
  ///
  /// Derivative with g = dY·w: `dX = r·(g − mean(g) − x̂·mean(g·x̂))`.
  record Layer(VectorWeight weight, Optional<VectorWeight> bias, double epsilon) implements Norm {
    @Override
    public Pass normalize(Tensor x, Frame frame) {
      Tensor x32 = x.to(ScalarType.Float);
      Tensor centred = x32.sub(meanOfLast(x32));
      Tensor r = frame.save(meanOfLast(centred.square()).add_(new Scalar(epsilon)).rsqrt_());
      Tensor normed = frame.save(centred.mul_(r));
      Tensor y = normed.mul(weight.value(ScalarType.Float));
      bias.ifPresent(b -> y.add_(b.value(ScalarType.Float)));
      return new Pass(
          y.to(x.scalar_type()),
          dy -> {
            Tensor dy32 = dy.to(ScalarType.Float);
            bias.filter(VectorWeight::isTrained).ifPresent(b -> b.accumulate(sumOfRows(dy32)));
            if (weight.isTrained()) {
              weight.accumulate(sumOfRows(dy32.mul(normed)));
            }
            Tensor g = dy32.mul(weight.value(ScalarType.Float));
            Tensor dx = g.sub(meanOfLast(g)).sub_(normed.mul(meanOfLast(g.mul(normed)))).mul_(r);
            return dx.to(dy.scalar_type());
          });
    }

    @Override
    public void close() {
      weight.close();
      bias.ifPresent(VectorWeight::close);
    }
  }

  private static Tensor meanOfLast(Tensor x) {
    return x.mean(new long[] {-1}, true, new ScalarTypeOptional());
  }

  private static Tensor sumOfRows(Tensor x) {
    return x.reshape(-1, x.size(-1)).sum(0);
  }
}
