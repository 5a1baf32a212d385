package io.kubetune.trainer.golden;

/// How far each quantity may be from its reference value; the goldens' README says why.
enum Tolerance {
  LOGITS(2e-4),
  LOSS(2e-5),
  /// Relative to the tensor's largest value.
  GRADIENT(1e-4),
  PARAMETER(1e-4),
  EXACT(0);

  final double value;

  Tolerance(double value) {
    this.value = value;
  }
}
