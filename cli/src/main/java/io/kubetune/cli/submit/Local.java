package io.kubetune.cli.submit;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Runtime `local`: a run is a folder, a detached supervisor and a trainer on this machine.
///
/// ```
/// Local local = new Local(runs, environment);
/// local.start(run);
/// local.stop(run, Duration.ofSeconds(30));
/// ```
public record Local(RunStore runs, Map<String, String> environment) {
  /// The hidden command that a supervisor is started with.
  public static final String SUPERVISE = "supervise";

  private static final Duration LONGEST_START = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 10;

  /// A supervisor whose trainer is dead has a small file left to write.
  private static final Duration LAST_WORDS = Duration.ofSeconds(10);

  /// Starts a new run and comes back when its supervisor has written down that it is there.
  ///
  /// @throws TuneException FAILED where it does not come up; the run's folder is removed then
  public void start(RunFolder run) {
    String attempted = "can't start the run '" + run.path().getFileName() + "'";
    startSupervisor(run, Optional.empty())
        .ifPresent(found -> {
          runs.remove(run);
          throw notStarted(attempted, found, "nothing was left behind; run again with --debug");
        });
  }

  /// Starts a run that is over once more: its trainer goes on from the last checkpoint, or from the
  /// first step where there is none, and where it had finished only the packaging is left.
  ///
  /// @throws TuneException BAD_REQUEST for a run that goes on or has succeeded, FAILED where the
  ///   supervisor does not come up; the run stays as it was then
  public void resume(RunFolder run) {
    String attempted = "can't resume the run '" + run.path().getFileName() + "'";
    RunState state = RunState.of(run);
    boolean worked = state.phase() == RunState.Phase.SUCCEEDED;
    if (!state.phase().isOver() || worked) {
      throw new TuneException(
          ExitCode.BAD_REQUEST,
          attempted,
          "run/" + run.path().getFileName(),
          worked ? "it has succeeded" : "it is " + state.phase() + " still",
          worked
              ? "start another one by kubectl tune create"
              : "follow it:\n  kubectl tune logs -f " + run.name());
    }
    try {
      // Ours until the new one takes over, so that nobody sees a run without a supervisor.
      ProcessMark self = ProcessMark.of(ProcessHandle.current());
      Supervision ours = new Supervision(Supervision.Stage.STARTING, self, Optional.empty());
      JsonFile.write(run.supervisionFile(), ours.toJson());
      Files.deleteIfExists(run.outcomeFile());
      startSupervisor(run, Optional.of(ours))
          .ifPresent(found -> {
            throw notStarted(attempted, found, "see " + run.supervisorLogFile());
          });
    } catch (IOException e) {
      throw notStarted(attempted, StorageReason.of(e), "check the folder " + run.path());
    }
  }

  /// @return what went wrong; empty where the supervisor is there
  private Optional<String> startSupervisor(RunFolder run, Optional<Supervision> before) {
    try {
      Process process =
          Detached.start(
              ThisProgram.command(SUPERVISE, run.path().toString()),
              run.path(),
              run.supervisorLogFile(),
              environment);
      Optional<String> found = awaitSupervisor(run, before, process);
      return found.map(each -> each + said(run));
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  private Optional<String> awaitSupervisor(
      RunFolder run, Optional<Supervision> before, Process process) throws InterruptedException {
    Instant end = Instant.now().plus(LONGEST_START);
    while (run.supervision().equals(before)) {
      if (!process.isAlive() && process.exitValue() != 0) {
        return Optional.of("its supervisor ended with status " + process.exitValue());
      }
      if (Instant.now().isAfter(end)) {
        process.destroyForcibly();
        return Optional.of(
            "its supervisor did not start within " + LONGEST_START.toSeconds() + " s");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    return Optional.empty();
  }

  private static String said(RunFolder run) {
    try {
      String text = Files.readString(run.supervisorLogFile(), StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? "" : ": " + text;
    } catch (IOException e) {
      // It said nothing; what was found is told anyway.
      return "";
    }
  }

  private static TuneException notStarted(String attempted, String found, String remedy) {
    return new TuneException(
        ExitCode.FAILED, attempted, ThisProgram.executable().toString(), found, remedy);
  }

  /// Ends every process of a run: SIGTERM, and SIGKILL for what is still there after the grace
  /// period. A run that is over is left as it is.
  public void stop(RunFolder run, Duration grace) throws InterruptedException {
    Optional<Supervision> supervision = run.supervision();
    if (supervision.isEmpty()) {
      return;
    }
    Optional<ProcessHandle> supervisor = supervision.get().supervisor().live();
    List<ProcessHandle> work = new ArrayList<>();
    supervision.get().trainer().flatMap(ProcessMark::live).ifPresent(work::add);
    supervisor.ifPresent(process -> process.descendants().forEach(work::add));
    end(work, grace);
    if (supervisor.isPresent()) {
      awaitDeath(List.of(supervisor.get()), LAST_WORDS);
      end(List.of(supervisor.get()), LAST_WORDS);
    }
  }

  private static void end(List<ProcessHandle> processes, Duration grace)
      throws InterruptedException {
    processes.forEach(ProcessHandle::destroy);
    awaitDeath(processes, grace);
    processes.forEach(ProcessHandle::destroyForcibly);
    awaitDeath(processes, LAST_WORDS);
  }

  private static void awaitDeath(List<ProcessHandle> processes, Duration longest)
      throws InterruptedException {
    Instant end = Instant.now().plus(longest);
    while (processes.stream().anyMatch(ProcessHandle::isAlive) && Instant.now().isBefore(end)) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }
}
