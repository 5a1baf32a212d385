package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.TimedEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Follows a run of runtime `local` by its files, until it is over.
///
/// ```
/// RunState end = new Follow(run).until(new BarNarrator(terminal));
/// ```
public final class Follow {
  /// People take 200 ms for at once; two reads of small files cost nothing beside that.
  private static final long POLL_MILLIS = 100;

  private final RunFolder run;
  private final LineTail events;
  private final LineTail log;
  private final RunProgress progress = new RunProgress();
  private Optional<Stage> stage = Optional.empty();
  private Instant time;

  public Follow(RunFolder run) {
    this.run = run;
    this.events = new LineTail(run.eventsFile());
    this.log = new LineTail(run.logFile());
    this.time = run.record().created();
  }

  /// Tells what there is so far, and comes back.
  public RunState once(Narrator narrator) throws IOException {
    RunState state = RunState.of(run);
    drain(narrator);
    narrator.caughtUp();
    return state;
  }

  /// Tells everything until the run is over or nobody listens any more.
  ///
  /// @return where the run stood last
  public RunState until(Narrator narrator) throws IOException, InterruptedException {
    boolean caughtUp = false;
    while (true) {
      // The state first: whatever a run that is over wrote is then in its files.
      RunState state = RunState.of(run);
      drain(narrator);
      if (!caughtUp) {
        narrator.caughtUp();
        caughtUp = true;
      }
      if (state.phase().isOver()) {
        narrator.end(state, progress, state.finished().orElse(time));
        return state;
      }
      time = Instant.now();
      enter(Stage.of(state, progress), narrator);
      if (narrator.isUnheard()) {
        return state;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private void drain(Narrator narrator) throws IOException {
    for (List<String> lines = log.poll(); !lines.isEmpty(); lines = log.poll()) {
      lines.forEach(narrator::log);
    }
    for (List<String> lines = events.poll(); !lines.isEmpty(); lines = events.poll()) {
      for (String line : lines) {
        // A line that this version can't read is passed over: a newer trainer may say more.
        EventLine.read(line).ifPresent(timed -> tell(timed, line, narrator));
      }
    }
  }

  private void tell(TimedEvent timed, String line, Narrator narrator) {
    time = timed.time();
    progress.accept(timed.event());
    enter(Stage.of(timed.event(), stage), narrator);
    narrator.event(timed.event(), line, progress);
  }

  private void enter(Stage now, Narrator narrator) {
    if (stage.isEmpty() || stage.get() != now) {
      stage = Optional.of(now);
      narrator.stage(now, progress, time);
    }
  }
}
