package io.kubetune.trainer.model;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;

/// The derivative of a softmax over the last dimension in one pass over memory, whatever the type:
/// libtorch's own operator, which the bindings have no method for.
///
/// ```
/// Tensor dScores = Softmax.backward(dP, p);   // p ∘ (dP − rowsum(dP ∘ p)), added up in fp32
/// ```
final class Softmax {
  private Softmax() {}

  /// Found when first asked for.
  private static final class Operator {
    static final OperatorHandle HANDLE = find();

    private static OperatorHandle find() {
      OperatorHandle handle =
          Dispatcher.singleton().findSchemaOrThrow("aten::_softmax_backward_data", "");
      handle.retainReference(); // no scope frees it
      return handle;
    }
  }

  /// @param dP derivative by the probabilities
  /// @param p the probabilities, of the same shape and type
  /// @return the derivative by the scores, in that type
  static Tensor backward(Tensor dP, Tensor p) {
    IValueVector call =
        new IValueVector(
            new IValue(dP),
            new IValue(p),
            new IValue(-1L),
            new IValue((long) p.scalar_type().value));
    Operator.HANDLE.callBoxed(call);
    return call.get(0).toTensor();
  }
}
