package io.kubetune.trainer.load;

import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// An [Int8Matrix] in a GPU's memory, and unpacked there.
///
/// @param codes [rows, columns] int8
/// @param absmax [rows] fp32
public record Int8OnGpu(Tensor codes, Tensor absmax) implements QuantizedMatrix {
  /// Values unpacked at a time: 64 MB of fp32.
  private static final long CHUNK = 16L << 20;

  /// Closes the matrix that it copies.
  static Int8OnGpu of(Int8Matrix host) {
    try (host;
        Scope scope = new Scope()) {
      return new Int8OnGpu(
          Scope.own(Placement.copy(host.codes())), Scope.own(Placement.copy(host.absmax())));
    }
  }

  @Override
  public void dequantize(Tensor target) {
    long rowsAtOnce = Math.max(1, CHUNK / columns());
    for (long from = 0; from < rows(); from += rowsAtOnce) {
      try (Scope scope = new Scope()) {
        long count = Math.min(rowsAtOnce, rows() - from);
        Tensor values =
            codes
                .narrow(0, from, count)
                .to(ScalarType.Float)
                .mul_(absmax.narrow(0, from, count).unsqueeze(1))
                .mul_(new Scalar((double) Int8Matrix.INVERSE_127));
        target.narrow(0, from, count).copy_(values);
      }
    }
  }

  @Override
  public long rows() {
    return codes.size(0);
  }

  @Override
  public long columns() {
    return codes.size(1);
  }

  @Override
  public long bytes() {
    return codes.numel() + absmax.numel() * Float.BYTES;
  }

  @Override
  public void close() {
    codes.close();
    absmax.close();
  }
}
