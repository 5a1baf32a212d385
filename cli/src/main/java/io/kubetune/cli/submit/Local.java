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
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  /// Starts the supervisor and comes back when it has written down that it is there.
  ///
  /// @throws TuneException FAILED where it does not come up; the run's folder is removed then
  public void start(RunFolder run) {
    try {
      Process process =
          Detached.start(
              ThisProgram.command(SUPERVISE, run.path().toString()),
              run.path(),
              run.supervisorLogFile(),
              environment);
      awaitSupervisor(run, process);
    } catch (IOException e) {
      throw notStarted(run, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notStarted(run, "interrupted");
    }
  }

  private void awaitSupervisor(RunFolder run, Process process) throws InterruptedException {
    Instant end = Instant.now().plus(LONGEST_START);
    while (run.supervision().isEmpty()) {
      boolean died = !process.isAlive() && process.exitValue() != 0;
      if (died || Instant.now().isAfter(end)) {
        String found =
            died
                ? "its supervisor ended with status " + process.exitValue()
                : "its supervisor did not start within " + LONGEST_START.toSeconds() + " s";
        process.destroyForcibly();
        throw notStarted(run, found);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private TuneException notStarted(RunFolder run, String found) {
    String said = "";
    try {
      said = Files.readString(run.supervisorLogFile(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      // It said nothing; what was found is told anyway.
    }
    runs.remove(run);
    return new TuneException(
        ExitCode.FAILED,
        "can't start the run '" + run.path().getFileName() + "'",
        ThisProgram.executable().toString(),
        said.isEmpty() ? found : found + ": " + said,
        "nothing was left behind; run again with --debug");
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
