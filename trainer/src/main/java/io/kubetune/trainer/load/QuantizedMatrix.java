package io.kubetune.trainer.load;

import org.bytedeco.pytorch.Tensor;

/// One matrix stored in few bits.
///
/// ```
/// matrix.dequantize(target);   // [rows, columns] fp32 or bf16
/// ```
public sealed interface QuantizedMatrix extends AutoCloseable
    permits Nf4Matrix, Int8Matrix, Nf4OnGpu, Int8OnGpu {
  long rows();

  long columns();

  /// Writes every value, computed in fp32 and rounded once.
  ///
  /// @param target contiguous [rows, columns] where this matrix lies, fp32 or bf16
  void dequantize(Tensor target);

  /// Bytes that it holds.
  long bytes();

  @Override
  void close();
}
