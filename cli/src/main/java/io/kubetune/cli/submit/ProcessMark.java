package io.kubetune.cli.submit;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// A process, named so that it can't be mistaken for a later one that was given the same pid.
///
/// ```
/// ProcessMark mark = ProcessMark.of(ProcessHandle.current());
/// mark.live().ifPresent(ProcessHandle::destroy);
/// ```
///
/// @param started the process's start time, as the system tells it
public record ProcessMark(long pid, Instant started) {

  // Start times come from the boot time, which is told in whole seconds, and ticks of 10 ms. The
  // kernel does not come round to the same pid within this time.
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  static ProcessMark of(ProcessHandle process) {
    return new ProcessMark(process.pid(), process.info().startInstant().orElseGet(Instant::now));
  }

  /// The process, where it still runs.
  public Optional<ProcessHandle> live() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::isTheSame);
  }

  private boolean isTheSame(ProcessHandle process) {
    return process
        .info()
        .startInstant()
        .map(start -> Duration.between(started, start).abs().compareTo(TOLERANCE) <= 0)
        // A process that tells no start time is another user's, or a zombie: not one of ours.
        .orElse(false);
  }

  ObjectNode toJson() {
    return JsonFile.object().put("pid", pid).put("started", started.toString());
  }

  static ProcessMark of(ObjectNode json) {
    return new ProcessMark(
        json.path("pid").asLong(), Instant.parse(json.path("started").asString()));
  }
}
