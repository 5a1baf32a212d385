package io.kubetune.trainer.train;

import io.kubetune.contract.Event;

/// Where a run says what it does.
///
/// ```
/// events.emit(new Event.Checkpointed(20, "checkpoint-20", false));
/// ```
public interface EventSink {
  void emit(Event event);

  /// Waits until everything emitted is on the disk.
  ///
  /// @return the stream's length in bytes, which a checkpoint notes so that a resumed run can cut
  ///   off what came after it
  long sync();
}
