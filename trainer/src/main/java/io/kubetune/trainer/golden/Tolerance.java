package io.kubetune.trainer.golden;

/// How far each quantity may be from its reference value; the goldens' README says why.
enum Tolerance {
  LOGITS(2e-4),
  LOSS(2e-5),
  /// Relative to the tensor's largest value.
  GRADIENT(1e-4),
  PARAMETER(1e-4),
  EXACT(0),
  /// Relative to the tensor's largest value: sums of 1,536 fp32 products in another order.
  KERNEL(3e-6),
  /// The same with one rounding to bf16 behind it: up to 2⁻⁸ of a value.
  KERNEL_BF16(0x1p-8 + 3e-6),
  /// The same of attention's, whose powers carry the rounding of scores on.
  ATTENTION(6e-6),
  /// Twice KERNEL_BF16: what attention gave is read in bf16 on the way back.
  ATTENTION_BF16(0x1p-7);

  final double value;

  Tolerance(double value) {
    this.value = value;
  }
}
