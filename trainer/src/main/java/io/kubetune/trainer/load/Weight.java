package io.kubetune.trainer.load;

import org.bytedeco.pytorch.Tensor;

/// A frozen matrix as it is stored, and how it becomes what products need.
///
/// ```
/// Tensor w = weight.computed();            // [out, in] in the compute type
/// Tensor y = torch.linear(x, w);           // before the next computed() of any weight
/// ```
public interface Weight extends AutoCloseable {
  long rows();

  long columns();

  /// [rows, columns] in the compute type. It may be a scratch buffer that all weights share: use it
  /// before the next call.
  Tensor computed();

  /// Bytes that it holds.
  long bytes();

  @Override
  void close();
}
