package io.kubetune.cli.watch;

import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.terminal.Lines;
import io.kubetune.contract.Event;
import java.time.Instant;
import java.util.function.Consumer;

/// Lines of pods as they were written, as `kubectl logs` prints them: `logs --raw`, `--all-pods`,
/// `--timestamps`.
///
/// ```
/// [pod/bot-x7k2p/trainer] 2026-11-25T09:43:03.080Z {"event":"step",…}
/// ```
///
/// All containers of all pods, each line with its origin before it, or the trainer's alone.
public final class PodLineNarrator implements Narrator {
  private final Lines lines;
  private final String trainer;
  private final boolean allContainers;
  private final boolean timestamps;
  private final Consumer<String> talk;

  /// @param trainer name of the container that trains
  /// @param talk takes what is said beside the lines
  public PodLineNarrator(
      Lines lines,
      String trainer,
      boolean allContainers,
      boolean timestamps,
      Consumer<String> talk) {
    this.talk = talk;
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
    message.lines().forEach(talk);
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
