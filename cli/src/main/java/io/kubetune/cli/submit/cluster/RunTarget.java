package io.kubetune.cli.submit.cluster;

import io.kubetune.cli.submit.RunName;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;

/// A run as it is named on the command line: `first`, `run/first`, `job/first`, `workspace/first`.
///
/// ```
/// RunTarget.parse("job.batch/first") // of kind JOB: what `-o name` prints
/// ```
public record RunTarget(Where where, RunName name) {

  /// What the part before the slash says.
  public enum Where {
    /// Nothing: this machine's run of that name, else the cluster's.
    ANYWHERE,
    THIS_MACHINE,
    JOB,
    WORKSPACE
  }

  /// @throws TuneException USAGE for another kind, BAD_REQUEST for no name of a run
  public static RunTarget parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return new RunTarget(Where.ANYWHERE, RunName.of(text));
    }
    RunName name = RunName.of(text.substring(slash + 1));
    return switch (text.substring(0, slash)) {
      case "run", "runs" -> new RunTarget(Where.THIS_MACHINE, name);
      case "job", "jobs", "job.batch", "jobs.batch" -> new RunTarget(Where.JOB, name);
      case "workspace", "workspaces", "wk", "workspace.kaito.sh", "workspaces.kaito.sh" ->
          new RunTarget(Where.WORKSPACE, name);
      default ->
          throw new TuneException(
              ExitCode.USAGE,
              "can't find the run '" + text + "'",
              text,
              "'" + text.substring(0, slash) + "' is no kind of run",
              "write NAME, run/NAME (this machine), job/NAME or workspace/NAME");
    };
  }
}
