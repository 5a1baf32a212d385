package io.kubetune.cli.terminal;

import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.util.List;

/// Prints what ended a command: what was attempted, each problem, what to do next.
///
/// ```
/// Error: can't create the run 'First'
///   --name: 'First' is not a DNS label
///     try: lower-case letters, digits and '-', for example first
/// ```
public final class Failure {
  private Failure() {}

  public static void print(TuneException failure, Terminal terminal) {
    terminal.out().flush();
    StringBuilder text = new StringBuilder();
    text.append(Colour.RED.on(terminal, "Error:")).append(' ').append(failure.getMessage());
    text.append('\n');
    List<Problem> problems = failure.problems();
    for (Problem problem : problems) {
      text.append("  ").append(place(problem, terminal)).append(problem.found()).append('\n');
      if (!problem.remedy().isEmpty()) {
        text.append("    ").append(Colour.CYAN.on(terminal, "try:")).append(' ');
        text.append(problem.remedy().replace("\n", "\n    ")).append('\n');
      }
    }
    terminal.err().print(text);
    terminal.err().flush();
  }

  /// Something that the user should know and that stops nothing, in a line.
  public static void warn(Problem problem, Terminal terminal) {
    terminal.err().println(Colour.YELLOW.on(terminal, "warning: ") + problem);
  }

  private static String place(Problem problem, Terminal terminal) {
    return problem.place().isEmpty() ? "" : Colour.BOLD.on(terminal, problem.place()) + ": ";
  }
}
