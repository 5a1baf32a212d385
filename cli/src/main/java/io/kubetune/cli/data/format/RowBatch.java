package io.kubetune.cli.data.format;

/// Some consecutive rows, still encoded where decoding is worth a thread of its own.
///
/// ```
/// batch.decode(sink); // on any thread, once
/// ```
public interface RowBatch {
  /// Roughly what the batch holds in memory, in bytes: it bounds how many may wait.
  int heldBytes();

  /// Hands every row and every problem to the sink, in order.
  void decode(RowSink sink);
}
