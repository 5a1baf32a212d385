package io.kubetune.trainer.tensor;

import java.util.concurrent.Callable;

/// Which of several workers that compute side by side this thread is.
///
/// What may not be shared between them (a scratch buffer, a gradient) is held once a lane, and
/// looked up by [#current].
public final class Lane {
  private static final ScopedValue<Integer> CURRENT = ScopedValue.newInstance();

  private Lane() {}

  /// 0 outside of any worker.
  public static int current() {
    return CURRENT.isBound() ? CURRENT.get() : 0;
  }

  /// Runs a task as that worker.
  public static <T> T call(int lane, Callable<T> task) throws Exception {
    return ScopedValue.where(CURRENT, lane).call(task::call);
  }
}
