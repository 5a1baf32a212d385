package io.kubetune.trainer.lora;

import io.kubetune.trainer.lora.ParameterPlan.Slot;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A vector of a norm: frozen, or trained.
///
/// @param frozen [n] in the compute type; null where it is trained
/// @param trained null where it is frozen
public record VectorWeight(Tensor frozen, Slot trained) implements AutoCloseable {

  /// [n] in the type that is asked for.
  public Tensor value(ScalarType type) {
    return (trained == null ? frozen : trained.value()).to(type);
  }

  public boolean isTrained() {
    return trained != null;
  }

  /// Adds a derivative [n].
  public void accumulate(Tensor gradient) {
    trained.gradient().add_(gradient);
  }

  @Override
  public void close() {
    if (frozen != null) {
      frozen.close();
    }
  }
}
