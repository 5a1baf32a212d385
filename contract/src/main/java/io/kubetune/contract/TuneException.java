package io.kubetune.contract;

import java.util.List;

/// The one exception that ends a command or a run on purpose: an exit code, what was attempted, and
/// every problem found.
///
/// Both entry points catch it once, print it, and exit with its code. Anything else that escapes is
/// a defect of ours.
public final class TuneException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ExitCode exitCode;
  private final transient List<Problem> problems;

  /// @param attempted what was attempted and failed, for example `can't read the dataset
  ///   rows.jsonl`
  public TuneException(ExitCode exitCode, String attempted, List<Problem> problems) {
    super(attempted);
    this.exitCode = exitCode;
    this.problems = List.copyOf(problems);
  }

  public TuneException(
      ExitCode exitCode, String attempted, String place, String found, String remedy) {
    this(exitCode, attempted, List.of(new Problem(place, found, remedy)));
  }

  public TuneException(
      ExitCode exitCode,
      String attempted,
      String place,
      String found,
      String remedy,
      Throwable cause) {
    this(exitCode, attempted, place, found, remedy);
    initCause(cause);
  }

  public ExitCode exitCode() {
    return exitCode;
  }

  public List<Problem> problems() {
    return problems;
  }
}
