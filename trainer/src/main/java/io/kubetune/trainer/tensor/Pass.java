package io.kubetune.trainer.tensor;

import org.bytedeco.pytorch.Tensor;

/// The result of a forward pass, and the way back.
///
/// @param out the output
/// @param back from the loss's derivative by the output to its derivative by the input; adds into
///   gradients on its way
public record Pass(Tensor out, Pullback back) {

  /// The backward pass of one forward pass; called at most once.
  @FunctionalInterface
  public interface Pullback {
    Tensor apply(Tensor dOut);
  }
}
