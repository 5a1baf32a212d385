package io.kubetune.cli.watch;

import io.kubetune.contract.Event;
import java.util.Arrays;
import java.util.Optional;

/// What a run's events add up to: the latest of each kind, and the loss of every step.
///
/// ```
/// RunProgress progress = new RunProgress();
/// events.forEach(progress::accept);
/// Sparkline.of(progress.losses(), 40, true);
/// ```
public final class RunProgress {
  /// Values of [Event.Evaluated#when].
  static final String BEFORE = "before";

  static final String AFTER = "after";

  private Optional<Event.Started> started = Optional.empty();
  private Optional<Event.Step> step = Optional.empty();
  private Optional<Event.Evaluated> before = Optional.empty();
  private Optional<Event.Evaluated> latest = Optional.empty();
  private Optional<Event.Evaluated> after = Optional.empty();
  private Optional<Event.Completed> completed = Optional.empty();
  private Optional<Event.Failed> failed = Optional.empty();
  private double[] losses = nothing(256);
  private double bestTokensPerSecond;

  public void accept(Event event) {
    switch (event) {
      case Event.Started e -> begin(e);
      case Event.Step e -> add(e);
      case Event.Evaluated e -> {
        latest = Optional.of(e);
        switch (e.when()) {
          case BEFORE -> before = Optional.of(e);
          case AFTER -> after = Optional.of(e);
          default -> {
            // An evaluation on the way: `latest` has it.
          }
        }
      }
      case Event.Completed e -> completed = Optional.of(e);
      case Event.Failed e -> failed = Optional.of(e);
      case Event.Checkpointed _, Event.Warned _ -> {
        // They say nothing of how far the run is.
      }
    }
  }

  // A trainer that starts again goes on from its checkpoint: later steps were dropped and come
  // anew.
  private void begin(Event.Started event) {
    started = Optional.of(event);
    failed = Optional.empty();
    completed = Optional.empty();
    if (step.isPresent() && step.get().step() > event.resumedFromStep().orElse(0)) {
      step = Optional.empty();
    }
  }

  private void add(Event.Step event) {
    step = Optional.of(event);
    bestTokensPerSecond = Math.max(bestTokensPerSecond, event.tokensPerSecond());
    if (event.step() > losses.length) {
      double[] longer = nothing(Math.max(event.step(), losses.length * 2));
      System.arraycopy(losses, 0, longer, 0, losses.length);
      losses = longer;
    }
    if (event.step() > 0) {
      losses[event.step() - 1] = event.skipped() ? Double.NaN : event.loss();
    }
  }

  /// Steps that were not seen have no loss.
  private static double[] nothing(int steps) {
    double[] losses = new double[steps];
    Arrays.fill(losses, Double.NaN);
    return losses;
  }

  public Optional<Event.Started> started() {
    return started;
  }

  /// The latest optimizer step.
  public Optional<Event.Step> step() {
    return step;
  }

  public Optional<Event.Evaluated> before() {
    return before;
  }

  public Optional<Event.Evaluated> after() {
    return after;
  }

  /// The latest evaluation of any kind.
  public Optional<Event.Evaluated> latest() {
    return latest;
  }

  public Optional<Event.Completed> completed() {
    return completed;
  }

  public Optional<Event.Failed> failed() {
    return failed;
  }

  /// Of any step so far.
  public double bestTokensPerSecond() {
    return bestTokensPerSecond;
  }

  /// Loss by step, the first step first; NaN for a step that was skipped.
  public double[] losses() {
    return Arrays.copyOf(losses, step.map(Event.Step::step).orElse(0));
  }
}
