package io.kubetune.trainer.lora;

import org.bytedeco.pytorch.Tensor;

/// Something trained: its values, and the gradient to add into. Of a view of a parameter both are
/// views.
public interface Trained {
  /// fp32.
  Tensor value();

  /// fp32, same shape.
  Tensor gradient();
}
