package io.kubetune.trainer.model;

import io.kubetune.trainer.tensor.Operator;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;

/// The derivative of a softmax over the last dimension in one pass over memory, whatever the type.
///
/// ```
/// Tensor dScores = Softmax.backward(dP, p);   // p ∘ (dP − rowsum(dP ∘ p)), added up in fp32
/// ```
final class Softmax {
  private static final Operator BACKWARD = Operator.named("aten::_softmax_backward_data");

  private Softmax() {}

  /// @param dP derivative by the probabilities
  /// @param p the probabilities, of the same shape and type
  /// @return the derivative by the scores, in that type
  static Tensor backward(Tensor dP, Tensor p) {
    return BACKWARD.tensor(
        new IValue(dP), new IValue(p), new IValue(-1L), new IValue((long) p.scalar_type().value));
  }
}
