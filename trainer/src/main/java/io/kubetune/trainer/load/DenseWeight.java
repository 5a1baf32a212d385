package io.kubetune.trainer.load;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A matrix stored as plain numbers, in the compute type or in another.
public final class DenseWeight implements Weight {
  private final Tensor stored;
  private final Scratch scratch;
  private final Runnable release;

  /// @param stored [rows, columns] of any floating type; this object closes it
  public DenseWeight(Tensor stored, Scratch scratch) {
    this(stored, scratch, () -> {});
  }

  /// @param release gives back the memory that `stored` is a view of
  public DenseWeight(Tensor stored, Scratch scratch, Runnable release) {
    this.stored = stored;
    this.scratch = scratch;
    this.release = release;
  }

  @Override
  public long rows() {
    return stored.size(0);
  }

  @Override
  public long columns() {
    return stored.size(1);
  }

  @Override
  public Tensor computed(ScalarType type) {
    return stored.scalar_type().intern() == type.intern()
        ? stored
        : scratch.of(type, stored.size(0), stored.size(1)).copy_(stored);
  }

  /// The values as stored, for a gather of rows.
  public Tensor stored() {
    return stored;
  }

  @Override
  public long bytes() {
    return stored.numel() * stored.element_size();
  }

  @Override
  public void close() {
    stored.close();
    release.run();
  }
}
