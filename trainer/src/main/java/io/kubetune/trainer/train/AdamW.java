package io.kubetune.trainer.train;

import static org.bytedeco.pytorch.global.torch.sqrt_out;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// Adam with decoupled weight decay over one flat buffer, a piece at a time: some libtorch calls a
/// step, however many parameters there are.
///
/// The operations and their order are those of `torch.optim.AdamW` (its single-tensor form, after
/// Loshchilov and Hutter, <https://arxiv.org/abs/1711.05101>), so that values agree to rounding:
///
/// ```
/// θ ← θ·(1 − lr·λ)                       decayed values alone
/// m ← lerp(m, g, 1 − β₁)
/// v ← β₂·v + (1 − β₂)·g²
/// θ ← θ − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
/// ```
public final class AdamW implements AutoCloseable {

  /// @param weightDecay λ, multiplied by the learning rate
  /// @param epsilon ε, added outside the root
  public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {}

  /// Values that are updated at once on the host: the denominator is no longer than that (4 MB).
  private static final long PIECE = 1 << 20;

  private final Parameters parameters;
  private final Settings settings;
  private final Tensor firstMoment;
  private final Tensor secondMoment;
  private final Tensor denominator;
  private long updates;

  /// @param parameters whose values are changed; the moments are as long as they are, and lie where
  ///   they do
  public AdamW(Parameters parameters, Settings settings) {
    this.parameters = parameters;
    this.settings = settings;
    firstMoment = zeros_like(parameters.values());
    secondMoment = zeros_like(parameters.values());
    // A GPU is asked once for all: its time goes by calls.
    long piece = Placement.isGpu() ? parameters.count() : Math.min(PIECE, parameters.count());
    denominator = zeros_like(parameters.values().narrow(0, 0, piece));
  }

  /// One update from the gradients that lie in the parameters.
  public void update(double learningRate) {
    updates++;
    double correction1 = 1 - Math.pow(settings.beta1(), updates);
    double correction2 = 1 - Math.pow(settings.beta2(), updates);
    try (Scope scope = new Scope()) {
      if (settings.weightDecay() != 0 && parameters.decayedCount() > 0) {
        parameters
            .values()
            .narrow(0, 0, parameters.decayedCount())
            .mul_(new Scalar(1 - learningRate * settings.weightDecay()));
      }
      long piece = denominator.numel();
      for (long at = 0; at < parameters.count(); at += piece) {
        update(
            at, Math.min(piece, parameters.count() - at), learningRate / correction1, correction2);
      }
    }
  }

  /// @param rate the learning rate over the first moment's correction
  private void update(long from, long count, double rate, double correction2) {
    Tensor g = parameters.gradients().narrow(0, from, count);
    Tensor m = firstMoment.narrow(0, from, count);
    Tensor v = secondMoment.narrow(0, from, count);
    Tensor d = denominator.narrow(0, 0, count);
    m.lerp_(g, new Scalar(1 - settings.beta1()));
    v.mul_(new Scalar(settings.beta2())).addcmul_(g, g, new Scalar(1 - settings.beta2()));
    sqrt_out(d, v);
    d.div_(new Scalar(Math.sqrt(correction2))).add_(new Scalar(settings.epsilon()));
    parameters.values().narrow(0, from, count).addcdiv_(m, d, new Scalar(-rate));
  }

  /// [N] fp32, the mean of past gradients (`exp_avg` in PyTorch).
  public Tensor firstMoment() {
    return firstMoment;
  }

  /// [N] fp32, the mean of past squared gradients (`exp_avg_sq` in PyTorch).
  public Tensor secondMoment() {
    return secondMoment;
  }

  /// t: updates made so far. Skipped steps don't count.
  public long updates() {
    return updates;
  }

  /// Goes on from a checkpoint, whose moments have been copied into the two tensors.
  public void resumeAt(long updatesMade) {
    updates = updatesMade;
  }

  @Override
  public void close() {
    firstMoment.close();
    secondMoment.close();
    denominator.close();
  }
}
