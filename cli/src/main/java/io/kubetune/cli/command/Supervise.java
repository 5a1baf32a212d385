package io.kubetune.cli.command;

import io.kubetune.cli.submit.AdapterImage;
import io.kubetune.cli.submit.Local;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.Supervisor;
import io.kubetune.cli.submit.TrainerProgram;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `kubectl tune supervise FOLDER`: what `create --runtime local` starts in the background; nobody
/// types it.
@Command(name = Local.SUPERVISE, hidden = true, header = "Look after a run of runtime local.")
final class Supervise implements Callable<Integer> {
  @Parameters(paramLabel = "FOLDER", description = "the run's folder")
  private Path folder;

  private final Surroundings surroundings;

  Supervise(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Exception {
    RunFolder run = new RunFolder(folder);
    TrainerProgram trainer = new TrainerProgram(run.record().trainerHome());
    return new Supervisor(
            run, trainer, surroundings.environment(), new AdapterImage(surroundings.environment()))
        .supervise()
        .code()
        .code();
  }
}
