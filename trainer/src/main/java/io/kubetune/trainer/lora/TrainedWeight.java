package io.kubetune.trainer.lora;

import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.ParameterPlan.Slot;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A matrix that is itself trained: its rows are those of one or more parameters, one below the
/// other.
public final class TrainedWeight implements Weight {
  private final List<Slot> slots;
  private final long[] counts;
  private final long columns;

  /// @param counts rows of each slot
  public TrainedWeight(List<Slot> slots, long[] counts, long columns) {
    this.slots = slots;
    this.counts = counts;
    this.columns = columns;
  }

  @Override
  public long rows() {
    return java.util.Arrays.stream(counts).sum();
  }

  @Override
  public long columns() {
    return columns;
  }

  @Override
  public Tensor computed(ScalarType type) {
    Tensor all =
        slots.size() == 1
            ? slots.getFirst().value()
            : torch.cat(
                new TensorVector(slots.stream().map(Slot::value).toArray(Tensor[]::new)), 0);
    return all.to(type);
  }

  /// Adds the derivative by the whole matrix, [rows, columns].
  public void accumulate(Tensor dWeight) {
    long at = 0;
    for (int i = 0; i < counts.length; i++) {
      slots.get(i).gradient().add_(dWeight.narrow(0, at, counts[i]));
      at += counts[i];
    }
  }

  /// Nothing of its own: the flat buffers hold it.
  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public void close() {}
}
