package io.kubetune.trainer.load;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A frozen matrix as it is stored, and how it becomes what products need.
///
/// ```
/// Tensor w = weight.computed(x.scalar_type());   // [out, in] in that type
/// Tensor y = torch.linear(x, w);           // before the next computed(…) of any weight
/// ```
public interface Weight extends AutoCloseable {
  long rows();

  long columns();

  /// [rows, columns] in fp32 or bf16. It may be a scratch buffer that all weights share: use it
  /// before the next call.
  Tensor computed(ScalarType type);

  /// Bytes that it holds.
  long bytes();

  @Override
  void close();
}
