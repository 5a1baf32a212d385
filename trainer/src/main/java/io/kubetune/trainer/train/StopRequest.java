package io.kubetune.trainer.train;

/// The wish to stop soon (SIGTERM): set by one thread, heeded by the loop between micro-steps.
///
/// ```
/// stop.request();      // the signal's thread
/// stop.check();        // the loop: throws Stopped
/// ```
public final class StopRequest {
  private volatile boolean requested;

  /// Thrown out of a step or an evaluation that was begun; nothing of it counts.
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stopped() {
      super("stop requested", null, false, false);
    }
  }

  public void request() {
    requested = true;
  }

  void check() {
    if (requested) {
      throw new Stopped();
    }
  }
}
