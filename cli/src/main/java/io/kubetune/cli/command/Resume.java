package io.kubetune.cli.command;

import io.kubetune.cli.submit.RunFolder;
import io.kubetune.contract.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `kubectl tune resume NAME`: a run that was stopped, killed or failed goes on from its last
/// checkpoint.
@Command(
    name = "resume",
    header = "Go on with a run that was stopped, killed or failed.",
    footer = {"  kubectl tune resume first && kubectl tune logs -f first"})
final class Resume implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "the run")
  private String name;

  private final Surroundings surroundings;

  Resume(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    RunFolder run = surroundings.run(name);
    surroundings.local().resume(run);
    surroundings.terminal().out().println("run/" + run.name() + " resumed");
    surroundings.terminal().err().println("Follow it with: kubectl tune logs -f " + run.name());
    return ExitCode.OK.code();
  }
}
