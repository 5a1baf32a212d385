package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunState;
import io.kubetune.contract.Event;
import java.util.Optional;

/// What a run is doing, in the order that it does it; each has a bar of its own.
///
/// ```
/// Stage stage = Stage.of(RunState.of(run), progress);
/// ```
public enum Stage {
  SCHEDULING("scheduling"),
  PULLING("pulling"),
  DOWNLOADING("downloading"),
  STARTING("starting"),
  LOADING("loading"),
  EVALUATING_BEFORE("evaluating"),
  TRAINING("training"),
  EVALUATING_AFTER("evaluating"),
  FINISHING("saving"),
  PUBLISHING("publishing");

  private final String word;

  Stage(String word) {
    this.word = word;
  }

  public static Stage of(RunState state, RunProgress progress) {
    return switch (state.phase()) {
      case PENDING -> STARTING;
      case RUNNING -> running(progress);
      case PUBLISHING, SUCCEEDED -> PUBLISHING;
      // It stays where it came to.
      case FAILED, STOPPED -> running(progress);
    };
  }

  /// While events of the past are read, they alone tell which stage they belong to.
  public static Stage of(Event event, Optional<Stage> before) {
    return switch (event) {
      case Event.Started _ -> LOADING;
      case Event.Step _ -> TRAINING;
      case Event.Evaluated e ->
          switch (e.when()) {
            case "before" -> EVALUATING_BEFORE;
            case "after" -> EVALUATING_AFTER;
            default -> TRAINING;
          };
      // The last checkpoint comes after the last step, when the evaluation has begun already.
      case Event.Checkpointed _, Event.Warned _, Event.Failed _ -> before.orElse(LOADING);
      case Event.Completed _ -> FINISHING;
    };
  }

  private static Stage running(RunProgress progress) {
    if (progress.started().isEmpty()) {
      // Hugging Face's trainer has no such event.
      return progress.step().map(e -> e.step() < e.steps() ? TRAINING : FINISHING).orElse(LOADING);
    }
    Event.Started started = progress.started().get();
    boolean evaluates = started.evalDocuments() > 0;
    if (progress.completed().isPresent() || progress.after().isPresent()) {
      return FINISHING;
    }
    int step = progress.step().map(Event.Step::step).orElse(0);
    if (step >= started.steps() && step > 0) {
      return evaluates ? EVALUATING_AFTER : FINISHING;
    }
    boolean evaluated = progress.before().isPresent() || step > 0;
    return evaluates && !evaluated && started.resumedFromStep().isEmpty()
        ? EVALUATING_BEFORE
        : TRAINING;
  }

  @Override
  public String toString() {
    return word;
  }
}
