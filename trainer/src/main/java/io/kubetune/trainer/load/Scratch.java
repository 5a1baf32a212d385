package io.kubetune.trainer.load;

import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The one buffer that stored weights are brought into the compute type in, one matrix at a time.
public final class Scratch implements AutoCloseable {
  private final ScalarType type;
  private Tensor buffer;

  public Scratch(ScalarType type) {
    this.type = type;
  }

  public ScalarType type() {
    return type;
  }

  /// [rows, columns], values not set; the same memory at each call.
  public Tensor of(long rows, long columns) {
    long count = rows * columns;
    if (buffer == null || buffer.numel() < count) {
      close();
      try (Scope scope = new Scope()) {
        buffer = Scope.own(HostArrays.empty(type, count));
      }
    }
    return buffer.narrow(0, 0, count).view(rows, columns);
  }

  @Override
  public void close() {
    if (buffer != null) {
      buffer.close();
      buffer = null;
    }
  }
}
