package io.kubetune.cli.submit;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The process that stays when the terminal is gone: it starts the trainer, waits for it, packages
/// the adapter, and writes down how it ended.
///
/// ```
/// Outcome outcome = new Supervisor(run, trainer, environment, adapters::publish).supervise();
/// ```
public final class Supervisor {

  /// Packages a run's adapter as the image that the request names.
  public interface Publishing {
    /// @throws TuneException REGISTRY or STORAGE
    Outcome.Image publish(RunFolder run);
  }

  /// A trainer asked to stop writes a checkpoint first.
  private static final long CHECKPOINT_SECONDS = 60;

  private final RunFolder run;
  private final TrainerProgram trainer;
  private final Map<String, String> environment;
  private final Publishing publishing;
  private final ProcessMark self = ProcessMark.of(ProcessHandle.current());
  private final CountDownLatch written = new CountDownLatch(1);

  public Supervisor(
      RunFolder run,
      TrainerProgram trainer,
      Map<String, String> environment,
      Publishing publishing) {
    this.run = run;
    this.trainer = trainer;
    this.environment = Map.copyOf(environment);
    this.publishing = publishing;
  }

  /// Runs the whole life of a run; comes back when it is over.
  ///
  /// @throws IOException where the run's own files can't be written
  public Outcome supervise() throws IOException, InterruptedException {
    mark(Supervision.Stage.STARTING, Optional.empty());
    Outcome outcome;
    try {
      outcome = trainAndPublish();
    } catch (TuneException e) {
      outcome = failed(e.exitCode(), OptionalInt.empty(), e);
    }
    JsonFile.write(run.outcomeFile(), outcome.toJson());
    written.countDown();
    return outcome;
  }

  private Outcome trainAndPublish() throws IOException, InterruptedException {
    Process process = startTrainer();
    stopTogetherWith(process);
    Optional<ProcessMark> mark = Optional.of(ProcessMark.of(process.toHandle()));
    mark(Supervision.Stage.TRAINING, mark);
    int status = process.waitFor();
    if (status != ExitCode.OK.code() || !Files.exists(run.sentinelFile())) {
      return TrainerDeath.of(run, status);
    }
    mark(Supervision.Stage.PUBLISHING, mark);
    try {
      Outcome.Image image = publishing.publish(run);
      return new Outcome(
          Instant.now(), ExitCode.OK, OptionalInt.of(status), "", "", Optional.of(image));
    } catch (TuneException e) {
      return failed(e.exitCode(), OptionalInt.of(status), e);
    } catch (RuntimeException e) {
      e.printStackTrace();
      return new Outcome(
          Instant.now(),
          ExitCode.FAILED,
          OptionalInt.of(status),
          "can't package the adapter: " + e,
          "the adapter itself is whole in "
              + run.resultsFolder()
              + "; the stack trace is in "
              + run.supervisorLogFile(),
          Optional.empty());
    }
  }

  private Process startTrainer() {
    ProcessBuilder builder =
        new ProcessBuilder(trainer.launcher().toString(), "train")
            .directory(run.path().toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(run.logFile().toFile()));
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().putAll(run.record().trainerEnvironment());
    builder.environment().put("YAML_FILE_PATH", run.configFile().toString());
    try {
      return builder.start();
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.FAILED,
          "can't start the trainer",
          trainer.launcher().toString(),
          String.valueOf(e.getMessage()),
          "set KUBETUNE_TRAINER_HOME to the folder of an installed trainer",
          e);
    }
  }

  // A machine that shuts down sends SIGTERM to everyone: the trainer gets its time for a
  // checkpoint,
  // and the outcome is written before this process is gone.
  private void stopTogetherWith(Process process) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              if (written.getCount() == 0) {
                return;
              }
              process.destroy();
              try {
                if (!written.await(CHECKPOINT_SECONDS, TimeUnit.SECONDS)) {
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }));
  }

  private void mark(Supervision.Stage stage, Optional<ProcessMark> process) throws IOException {
    JsonFile.write(run.supervisionFile(), new Supervision(stage, self, process).toJson());
  }

  private static Outcome failed(ExitCode code, OptionalInt status, TuneException e) {
    StringBuilder message = new StringBuilder(e.getMessage());
    StringBuilder remedy = new StringBuilder();
    e.problems()
        .forEach(problem -> {
          message.append(": ").append(problem.place()).append(": ").append(problem.found());
          remedy.append(remedy.isEmpty() ? "" : "; ").append(problem.remedy());
        });
    return new Outcome(
        Instant.now(), code, status, message.toString(), remedy.toString(), Optional.empty());
  }
}
