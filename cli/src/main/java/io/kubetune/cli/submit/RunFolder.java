package io.kubetune.cli.submit;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.RunFiles;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// A run's folder on this machine, `$XDG_STATE_HOME/kubetune/runs/NAME`, and every file in it.
///
/// ```
/// RunFolder run = runs.open(RunName.of("first"));
/// run.record().model();
/// run.outcome().map(Outcome::code);
/// ```
public record RunFolder(Path path) {

  public RunName name() {
    return RunName.of(path.getFileName().toString());
  }

  /// What was asked for.
  public Path recordFile() {
    return path.resolve("run.json");
  }

  /// What the trainer reads.
  public Path configFile() {
    return path.resolve("training_config.yaml");
  }

  /// Canonical rows.
  public Path dataFolder() {
    return path.resolve("data");
  }

  /// The trainer's `output_dir`.
  public Path resultsFolder() {
    return path.resolve("results");
  }

  public Path eventsFile() {
    return resultsFolder().resolve(RunFiles.EVENTS);
  }

  /// Written by the trainer last: the results are whole.
  public Path sentinelFile() {
    return resultsFolder().resolve(RunFiles.COMPLETED);
  }

  /// All that the trainer wrote to stdout and stderr, in order.
  public Path logFile() {
    return path.resolve("trainer.log");
  }

  /// What the supervisor had to say, which is nothing unless something broke.
  public Path supervisorLogFile() {
    return path.resolve("supervisor.log");
  }

  /// Where the adapter image goes unless the request names another place.
  public Path imageFolder() {
    return path.resolve("image");
  }

  Path supervisionFile() {
    return path.resolve("supervisor.json");
  }

  Path outcomeFile() {
    return path.resolve("exit.json");
  }

  /// @throws TuneException NOT_FOUND where the run was deleted meanwhile
  public RunRecord record() {
    return JsonFile.read(recordFile())
        .map(RunRecord::of)
        .orElseThrow(() ->
            new TuneException(
                ExitCode.NOT_FOUND,
                "can't read the run '" + path.getFileName() + "'",
                recordFile().toString(),
                "no such file",
                "see the runs there are:\n  kubectl tune list"));
  }

  /// Writes down what was asked for.
  public void write(RunRecord record) throws IOException {
    JsonFile.write(recordFile(), record.toJson());
  }

  public Optional<Supervision> supervision() {
    return JsonFile.read(supervisionFile()).map(Supervision::of);
  }

  public Optional<Outcome> outcome() {
    return JsonFile.read(outcomeFile()).map(Outcome::of);
  }
}
