package io.kubetune.trainer.load;

import io.kubetune.trainer.tensor.Lane;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The one buffer that stored weights are brought into the compute type in, once a lane, one matrix
/// at a time.
public final class Scratch implements AutoCloseable {
  private record Owner(int lane, ScalarType type) {}

  private final Map<Owner, Tensor> buffers = new ConcurrentHashMap<>();

  /// [rows, columns], values not set; the same memory at each call of a lane with that type.
  public Tensor of(ScalarType type, long rows, long columns) {
    long count = rows * columns;
    Tensor buffer =
        buffers.compute(
            new Owner(Lane.current(), type.intern()),
            (owner, held) -> {
              if (held != null && held.numel() >= count) {
                return held;
              }
              if (held != null) {
                held.close();
              }
              try (Scope scope = new Scope()) {
                return Scope.own(Placement.empty(type, count));
              }
            });
    return buffer.narrow(0, 0, count).view(rows, columns);
  }

  @Override
  public void close() {
    buffers.values().forEach(Tensor::close);
    buffers.clear();
  }
}
