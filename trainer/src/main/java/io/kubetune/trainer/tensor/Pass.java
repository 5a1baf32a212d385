package io.kubetune.trainer.tensor;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/// The result of a forward pass, and the way back.
///
/// @param out the output
/// @param back from the loss's derivative by the output to its derivative by the input; adds into
///   gradients on its way
public record Pass(Tensor out, Pullback back) {

  /// Runs work whose temporaries go when it is done, both ways, and not with the block around it.
  public static Pass scoped(Supplier<Pass> work) {
    try (Scope scope = new Scope()) {
      Pass pass = work.get();
      return new Pass(scope.escape(pass.out()), dOut -> scopedBack(pass.back(), dOut));
    }
  }

  private static Tensor scopedBack(Pullback back, Tensor dOut) {
    try (Scope scope = new Scope()) {
      return scope.escape(back.apply(dOut));
    }
  }

  /// This pass and one over its output, as one.
  public Pass then(Pass next) {
    return new Pass(next.out(), d -> back.apply(next.back().apply(d)));
  }

  /// The backward pass of one forward pass; called at most once.
  @FunctionalInterface
  public interface Pullback {
    Tensor apply(Tensor dOut);
  }
}
