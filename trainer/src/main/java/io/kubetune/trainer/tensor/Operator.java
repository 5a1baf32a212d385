package io.kubetune.trainer.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;

/// One of libtorch's operators that the bindings have no method for, called by its name.
///
/// ```
/// static final Operator BACKWARD = Operator.named("aten::_softmax_backward_data");
/// Tensor d = BACKWARD.tensor(new IValue(dP), new IValue(p), …);
/// ```
public final class Operator {
  private final OperatorHandle handle;

  private Operator(OperatorHandle handle) {
    this.handle = handle;
  }

  public static Operator named(String name) {
    return named(name, "");
  }

  private static Operator named(String name, String overload) {
    OperatorHandle handle = Dispatcher.singleton().findSchemaOrThrow(name, overload);
    handle.retainReference(); // no scope frees it
    return new Operator(handle);
  }

  /// @return empty where this libtorch is built without it
  public static Optional<Operator> find(String name, String overload) {
    try {
      return Optional.of(named(name, overload));
    } catch (RuntimeException notRegistered) {
      return Optional.empty();
    }
  }

  /// @param arguments all that the operator declares, in its order
  /// @return its results, in their order
  public IValueVector call(IValue... arguments) {
    IValueVector values = new IValueVector(arguments);
    handle.callBoxed(values); // the results take the arguments' place
    return values;
  }

  /// The first result, where it is a tensor: a handle of its own, for that of the results is theirs
  /// and goes with them.
  public Tensor tensor(IValue... arguments) {
    return new Tensor(call(arguments).get(0).toTensor());
  }
}
