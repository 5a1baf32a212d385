package io.kubetune.trainer.command;

import io.kubetune.contract.Event;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.train.Halving;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// How a failure is told: an exit code, an event for programs, lines for people.
///
/// ```
/// Failure failure = Failure.of(exception);
/// failure.print(err, debug);
/// ```
public record Failure(
    Throwable cause, ExitCode exitCode, String attempted, List<Problem> problems) {

  public static Failure of(Throwable cause) {
    if (cause instanceof TuneException e) {
      return new Failure(e, e.exitCode(), e.getMessage(), e.problems());
    }
    if (Halving.isOutOfMemory(cause)) {
      return new Failure(
          cause,
          ExitCode.OUT_OF_MEMORY,
          "memory is short before training has begun",
          List.of(
              new Problem(
                  "ModelConfig.pretrained_model_name_or_path",
                  firstLine(cause),
                  "set QuantizationConfig.load_in_4bit: true, take a smaller model, or give the"
                      + " run more memory")));
    }
    return new Failure(
        cause,
        ExitCode.FAILED,
        "an unexpected failure",
        List.of(
            new Problem(
                cause.getClass().getSimpleName(),
                firstLine(cause),
                "run again with --debug and report it")));
  }

  /// A native failure's message goes on with a stack of addresses.
  private static String firstLine(Throwable cause) {
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  public Event event() {
    String found =
        problems.size() == 1
            ? problems.getFirst().found() // its place is a field of its own
            : problems.stream()
                .map(each -> each.place() + ": " + each.found())
                .collect(Collectors.joining("; "));
    String remedy =
        problems.stream()
            .map(Problem::remedy)
            .filter(each -> !each.isEmpty())
            .distinct()
            .collect(Collectors.joining("; "));
    return new Event.Failed(
        exitCode.name().toLowerCase(Locale.ROOT),
        exitCode.code(),
        attempted + (found.isEmpty() ? "" : ": " + found),
        remedy,
        problems.stream().map(Problem::place).findFirst());
  }

  /// @param debug whether the stack trace is printed too
  public void print(PrintStream err, boolean debug) {
    err.println("kubetune-trainer: " + attempted);
    problems.forEach(each -> err.println("  " + each));
    if (debug) {
      cause.printStackTrace(err);
    }
    err.flush();
  }
}
