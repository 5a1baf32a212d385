package io.kubetune.cli.data.format;

import io.kubetune.contract.Problem;
import java.io.IOException;

/// The rest of a file can't be read; other files still can.
public final class DamagedFileException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  public DamagedFileException(Problem problem) {
    super(problem.toString());
    this.problem = problem;
  }

  public DamagedFileException(Problem problem, Throwable cause) {
    this(problem);
    initCause(cause);
  }

  public Problem problem() {
    return problem;
  }
}
