package io.kubetune.cli.data.shape;

/// JSON text that [JsonText] leaves to the parser: it may be wrong, or only unusual.
final class NotPlainException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// Without a stack trace: a dataset may have one in every row.
  NotPlainException() {
    super(null, null, false, false);
  }
}
