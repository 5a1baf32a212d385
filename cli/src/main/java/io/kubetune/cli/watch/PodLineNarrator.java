package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.contract.Event;
import java.time.Instant;

/// Lines of pods as they were written, as `kubectl logs` prints them: `logs --raw`, `--all-pods`,
/// `--timestamps`.
///
/// ```
/// [pod/bot-x7k2p/trainer] 2026-11-25T09:43:03.080Z {"event":"step",…}
/// ```
///
/// @param allContainers of all pods, each line with its origin before it; else the trainer's alone
public final class PodLineNarrator implements Narrator {
  private final Lines lines;
  private final String trainer;
  private final boolean allContainers;
  private final boolean timestamps;

  /// @param trainer name of the container that trains
  public PodLineNarrator(Lines lines, String trainer, boolean allContainers, boolean timestamps) {
    this.lines = lines;
    this.trainer = trainer;
    this.allContainers = allContainers;
    this.timestamps = timestamps;
  }

  @Override
  public void line(String pod, String container, Instant time, String text) {
    if (!allContainers && !container.equals(trainer)) {
      return;
    }
    String origin = allContainers ? "[pod/" + pod + "/" + container + "] " : "";
    lines.accept(origin + (timestamps ? time + " " : "") + text);
  }

  @Override
  public void stage(Stage stage, RunProgress progress, Instant time) {
    // Nothing is added to what the pods wrote.
  }

  @Override
  public void event(Event event, String line, RunProgress progress) {
    // Its line was told.
  }

  @Override
  public void log(String line) {
    // It was told as it is.
  }

  @Override
  public void say(String message) {
    // Nothing is added to what the pods wrote.
  }

  @Override
  public void caughtUp() {
    lines.caughtUp();
  }

  @Override
  public void end(RunState state, RunProgress progress, Instant time) {
    // The exit code says it.
  }

  @Override
  public boolean isUnheard() {
    return lines.isClosed();
  }
}
