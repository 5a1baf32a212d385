package io.kubetune.trainer.lora;

import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Pass;
import org.bytedeco.pytorch.Tensor;

/// x [T,in] to y [T,out].
public interface Linear extends AutoCloseable {
  Pass forward(Tensor x, Frame frame);

  @Override
  void close();
}
