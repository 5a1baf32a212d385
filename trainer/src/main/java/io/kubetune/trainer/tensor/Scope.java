package io.kubetune.trainer.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/// The owner of native memory: every tensor made while a scope is open is freed when it closes, but
/// for those that escape.
///
/// ```
/// try (Scope scope = new Scope()) {
///   Tensor y = x.matmul(w).add(b);   // the product is freed here,
///   return scope.escape(y);          // the sum belongs to the enclosing scope, or to the caller where there is none
/// }
/// ```
public final class Scope implements AutoCloseable {
  private final PointerScope enclosing = PointerScope.getInnerScope();
  private final PointerScope here = new PointerScope();

  /// Hands a tensor made here to the enclosing scope.
  public Tensor escape(Tensor tensor) {
    if (enclosing == null) {
      tensor.retainReference();
    } else {
      enclosing.attach(tensor); // which retains it
    }
    return tensor;
  }

  /// A second handle on the same values that no scope frees: whoever asks for it closes it.
  public static Tensor own(Tensor tensor) {
    Tensor handle = new Tensor(tensor);
    handle.retainReference(); // one reference is the scope's, this one the caller's
    return handle;
  }

  @Override
  public void close() {
    here.close();
  }
}
