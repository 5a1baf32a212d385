package io.kubetune.trainer.train;

import static org.bytedeco.pytorch.global.torch.linalg_vector_norm;

import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Keeps the 2-norm of all gradients at or below a maximum, as `torch.nn.utils.clip_grad_norm_`
/// does.
///
/// ```
/// double norm = GradientClip.clip(parameters.gradients(), 1.0);
/// ```
public final class GradientClip {
  /// What PyTorch adds to the norm before it divides by it.
  private static final double MARGIN = 1e-6;

  private static final long ROW = 2048;

  private GradientClip() {}

  /// Scales the gradients by min(1, maxNorm/(norm + 1e-6)); leaves them where the norm is not a
  /// number.
  ///
  /// @param gradients [N] fp32
  /// @param maxNorm 0: never clips (as Hugging Face's `max_grad_norm`)
  /// @return the norm before
  public static double clip(Tensor gradients, double maxNorm) {
    try (Scope scope = new Scope()) {
      double norm = norm(gradients);
      if (maxNorm > 0 && Double.isFinite(norm)) {
        double scale = maxNorm / (norm + MARGIN);
        if (scale < 1) {
          gradients.mul_(new Scalar(scale));
        }
      }
      return norm;
    }
  }

  /// One fp32 sum over millions of values loses the small ones (1e-5 of the norm at 300,000): rows
  /// are short, and their squares are added in fp64.
  private static double norm(Tensor gradients) {
    long rows = gradients.numel() / ROW;
    Tensor rest = gradients.narrow(0, rows * ROW, gradients.numel() - rows * ROW); // [N mod 2048]
    double squares = Math.pow(linalg_vector_norm(rest).item_double(), 2);
    if (rows > 0) {
      Tensor matrix = gradients.narrow(0, 0, rows * ROW).view(rows, ROW); // [N / 2048, 2048]
      Tensor norms =
          linalg_vector_norm(
              matrix, new Scalar(2), new long[] {1}, false, new ScalarTypeOptional()); // [N / 2048]
      squares += norms.to(ScalarType.Double).square().sum().item_double();
    }
    return Math.sqrt(squares);
  }
}
