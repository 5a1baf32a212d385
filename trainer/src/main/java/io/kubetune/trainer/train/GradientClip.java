package io.kubetune.trainer.train;

import static org.bytedeco.pytorch.global.torch.linalg_vector_norm;

import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// Keeps the 2-norm of all gradients at or below a maximum, as `torch.nn.utils.clip_grad_norm_`
/// does.
///
/// ```
/// double norm = GradientClip.clip(parameters.gradients(), 1.0);
/// ```
public final class GradientClip {
  /// What PyTorch adds to the norm before it divides by it.
  private static final double MARGIN = 1e-6;

  private GradientClip() {}

  /// Scales the gradients by min(1, maxNorm/(norm + 1e-6)); leaves them where the norm is not a
  /// number.
  ///
  /// @param gradients [N] fp32
  /// @param maxNorm 0: never clips (as Hugging Face's `max_grad_norm`)
  /// @return the norm before
  public static double clip(Tensor gradients, double maxNorm) {
    try (Scope scope = new Scope()) {
      double norm = linalg_vector_norm(gradients).item_double();
      if (maxNorm > 0 && Double.isFinite(norm)) {
        double scale = maxNorm / (norm + MARGIN);
        if (scale < 1) {
          gradients.mul_(new Scalar(scale));
        }
      }
      return norm;
    }
  }
}
