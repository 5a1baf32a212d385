package io.kubetune.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.submit.RunState;
import io.kubetune.contract.Event;
import io.kubetune.contract.ExitCode;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RunProgressTest {
  @Test
  void stagesFollowFromTheEventsInTheirOrder() {
    RunProgress progress = new RunProgress();
    RunState running = state(RunState.Phase.RUNNING);

    assertThat(Stage.of(state(RunState.Phase.PENDING), progress)).isEqualTo(Stage.STARTING);
    assertThat(Stage.of(running, progress)).isEqualTo(Stage.LOADING);
    progress.accept(started(2, OptionalInt.empty()));
    assertThat(Stage.of(running, progress)).isEqualTo(Stage.EVALUATING_BEFORE);
    progress.accept(evaluated("before", 0));
    assertThat(Stage.of(running, progress)).isEqualTo(Stage.TRAINING);
    progress.accept(step(1, 3.0, false));
    assertThat(Stage.of(running, progress)).isEqualTo(Stage.TRAINING);
    progress.accept(step(2, 2.0, false));
    assertThat(Stage.of(running, progress)).isEqualTo(Stage.EVALUATING_AFTER);
    progress.accept(evaluated("after", 2));
    assertThat(Stage.of(running, progress)).isEqualTo(Stage.FINISHING);
    assertThat(Stage.of(state(RunState.Phase.PUBLISHING), progress)).isEqualTo(Stage.PUBLISHING);
  }

  @Test
  void aResumedRunForgetsTheStepsAfterItsCheckpoint() {
    RunProgress progress = new RunProgress();
    progress.accept(started(10, OptionalInt.empty()));
    progress.accept(step(1, 4.0, false));
    progress.accept(step(2, 3.5, false));
    progress.accept(step(3, 3.0, false));

    progress.accept(started(10, OptionalInt.of(2)));
    assertThat(progress.step()).isEmpty();
    progress.accept(step(3, 2.5, false));

    assertThat(progress.losses()).containsExactly(4.0, 3.5, 2.5);
  }

  @Test
  void aSkippedStepHasNoLoss() {
    RunProgress progress = new RunProgress();
    progress.accept(step(1, 4.0, false));
    progress.accept(step(2, Double.NaN, true));

    assertThat(progress.losses()).containsExactly(4.0, Double.NaN);
    assertThat(EventText.of(progress.step().orElseThrow())).contains("skipped");
  }

  @Test
  void whatIsLeftIsTheLatestStepsTimeForEachStepToCome() {
    RunProgress progress = new RunProgress();
    progress.accept(step(4, 3.0, false));

    assertThat(EventText.left(progress)).hasValueSatisfying(d -> assertThat(d).hasSeconds(12));
    assertThat(EventText.eta(progress)).isEqualTo("  ETA 0:00:12");
  }

  @Test
  void countsAreInTheUnitThatPeopleSay() {
    assertThat(EventText.count(999)).isEqualTo("999");
    assertThat(EventText.count(98_304)).isEqualTo("98.3k");
    assertThat(EventText.count(134_515_008)).isEqualTo("134.5M");
    assertThat(EventText.count(7_000_000_000L)).isEqualTo("7.00B");
  }

  private static RunState state(RunState.Phase phase) {
    return new RunState(phase, ExitCode.OK, "", "", Optional.empty(), Optional.empty());
  }

  private static Event.Started started(int steps, OptionalInt resumedFrom) {
    return new Event.Started(
        1,
        "0.1.0",
        "lora",
        "llama",
        2_700_000,
        98_304,
        "cpu",
        2,
        "bfloat16",
        "float32",
        "no bf16",
        96,
        24,
        9000,
        5000,
        0,
        0,
        steps,
        1.0,
        resumedFrom);
  }

  private static Event.Step step(int step, double loss, boolean skipped) {
    return new Event.Step(
        step, 10, step / 10.0, loss, 1.0, 2e-4, 4500, 2500, 2.0, 2250, 200_000_000, skipped);
  }

  private static Event.Evaluated evaluated(String when, int step) {
    return new Event.Evaluated(step, when, 3.5, 33.1, 0.41, 900, 24, 0.5);
  }
}
