package io.kubetune.cli.submit;

import io.kubetune.contract.ExitCode;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Where a run stands, from its files and from which of its processes live: the truth also when its
/// supervisor was killed and could write nothing down.
///
/// ```
/// RunState state = RunState.of(run);
/// if (state.phase().isOver()) { return state.code(); }
/// ```
///
/// @param code OK while the run goes on
/// @param message why it ended as it did, or what is unusual while it goes on; may be empty
public record RunState(
    Phase phase,
    ExitCode code,
    String message,
    String remedy,
    Optional<Instant> finished,
    Optional<Outcome.Image> image) {

  /// The words that `status` and `list` print.
  public enum Phase {
    PENDING("Pending"),
    RUNNING("Running"),
    PUBLISHING("Publishing"),
    SUCCEEDED("Succeeded"),
    STOPPED("Stopped"),
    FAILED("Failed");

    private final String word;

    Phase(String word) {
      this.word = word;
    }

    public boolean isOver() {
      return switch (this) {
        case PENDING, RUNNING, PUBLISHING -> false;
        case SUCCEEDED, STOPPED, FAILED -> true;
      };
    }

    @Override
    public String toString() {
      return word;
    }
  }

  /// A JVM on a busy machine starts in seconds; a supervisor that is not there by now never comes.
  private static final Duration LONGEST_START = Duration.ofSeconds(60);

  public static RunState of(RunFolder run) {
    return run.outcome().map(RunState::ended).orElseGet(() -> unfinished(run));
  }

  private static RunState ended(Outcome outcome) {
    Phase phase =
        switch (outcome.code()) {
          case OK -> Phase.SUCCEEDED;
          case RESUME_ME -> Phase.STOPPED;
          case FAILED,
              USAGE,
              BAD_REQUEST,
              BAD_DATA,
              BAD_MODEL,
              NOT_FOUND,
              ALREADY_EXISTS,
              CLUSTER,
              REGISTRY,
              SOURCE,
              OUT_OF_MEMORY,
              DIVERGED,
              STORAGE,
              NOT_SUPPORTED,
              KILLED,
              TIMEOUT,
              INTERRUPTED ->
              Phase.FAILED;
        };
    return new RunState(
        phase,
        outcome.code(),
        outcome.message(),
        outcome.remedy(),
        Optional.of(outcome.finished()),
        outcome.image());
  }

  private static RunState unfinished(RunFolder run) {
    Optional<Supervision> supervision = run.supervision();
    if (supervision.isEmpty()) {
      Duration age = Duration.between(run.record().created(), Instant.now());
      return age.compareTo(LONGEST_START) < 0
          ? going(Phase.PENDING, "")
          : failed("its supervisor never started", "see " + run.supervisorLogFile());
    }
    if (supervision.get().supervisor().live().isPresent()) {
      return switch (supervision.get().stage()) {
        case STARTING -> going(Phase.PENDING, "");
        case TRAINING -> going(Phase.RUNNING, "");
        case PUBLISHING -> going(Phase.PUBLISHING, "");
      };
    }
    // It may have written its last word between our two looks.
    return run.outcome().map(RunState::ended).orElseGet(() -> orphaned(run, supervision.get()));
  }

  private static RunState orphaned(RunFolder run, Supervision supervision) {
    String gone = "the supervisor (pid " + supervision.supervisor().pid() + ") was killed";
    boolean whole = Files.exists(run.sentinelFile());
    if (!whole && supervision.trainer().flatMap(ProcessMark::live).isPresent()) {
      return going(Phase.RUNNING, gone + "; the trainer goes on, its result will not be packaged");
    }
    return whole
        ? failed(
            gone + " before the adapter was packaged",
            "package what is in " + run.resultsFolder() + ":\n  kubectl tune resume " + run.name())
        : failed(
            gone + " and the trainer ended without a result",
            "go on from the last checkpoint:\n  kubectl tune resume " + run.name());
  }

  private static RunState going(Phase phase, String message) {
    return new RunState(phase, ExitCode.OK, message, "", Optional.empty(), Optional.empty());
  }

  private static RunState failed(String message, String remedy) {
    return new RunState(
        Phase.FAILED, ExitCode.KILLED, message, remedy, Optional.empty(), Optional.empty());
  }
}
