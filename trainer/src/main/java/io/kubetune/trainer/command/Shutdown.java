package io.kubetune.trainer.command;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.train.StopRequest;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// SIGTERM and Ctrl-C: while training the loop is asked to stop, writes its checkpoint, and the
/// process ends with the status that the loop ended with; before that it ends at once, since
/// nothing is lost.
///
/// The JVM runs its shutdown hooks on these signals and would end with 143 or 130 after them; so
/// the hook waits and sets the status itself.
///
/// ```
/// Shutdown shutdown = new Shutdown().install();
/// System.exit(shutdown.ended(status));
/// ```
public final class Shutdown {
  private final StopRequest stop = new StopRequest();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Consumer<TuneException> untold = reason -> {};
  private volatile boolean training;
  private volatile int status = ExitCode.RESUME_ME.code();
  private final AtomicReference<TuneException> abandoned = new AtomicReference<>();

  /// Heeds signals from now on; one that is not installed never stops anything.
  public Shutdown install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::onSignal, "shutdown"));
    return this;
  }

  private void onSignal() {
    stop.request();
    try {
      if (training) {
        ended.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(status);
  }

  /// Ends the work as a signal would, for a reason of our own.
  void abandon(TuneException reason) {
    if (!abandoned.compareAndSet(null, reason)) {
      return;
    }
    stop.request();
    if (!training) {
      untold.accept(reason);
      Runtime.getRuntime().halt(reason.exitCode().code());
    }
  }

  /// @param lastWords what tells a reason to end before training has begun
  public void tellBy(Consumer<TuneException> lastWords) {
    untold = lastWords;
  }

  /// Why the work was stopped, where it was not a signal.
  public Optional<TuneException> abandoned() {
    return Optional.ofNullable(abandoned.get());
  }

  /// From here on there is something to lose.
  StopRequest trainingBegins() {
    training = true;
    return stop;
  }

  /// The work is over; a signal's hook that waits may end the process.
  ///
  /// @return the same status
  public int ended(int exitStatus) {
    status = exitStatus;
    ended.countDown();
    return exitStatus;
  }
}
