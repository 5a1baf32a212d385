package io.kubetune.cli.terminal;

import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;

/// Prints what ended a command: what was attempted, each problem, what to do next.
///
/// ```
/// Error: can't create the run 'First'
///   --name: 'First' is not a DNS label
///     try: lower-case letters, digits and '-', or another one:
///       kubectl tune create --help
/// ```
public final class Failure {
  private Failure() {}

  public static void print(TuneException failure, Terminal terminal) {
    terminal.out().flush();
    StringBuilder text = new StringBuilder();
    add(Colour.RED.on(terminal, "Error:") + " " + failure.getMessage(), terminal, text);
    for (Problem problem : failure.problems()) {
      add("  " + place(problem, terminal) + problem.found(), terminal, text);
      if (!problem.remedy().isEmpty()) {
        String remedy = Remedy.behind(problem.remedy()).replace("\n", "\n    ");
        add("    " + Colour.CYAN.on(terminal, "try:") + remedy, terminal, text);
      }
    }
    terminal.err().print(text);
    terminal.err().flush();
  }

  private static void add(String line, Terminal terminal, StringBuilder text) {
    Prose.print(line, Prose.INDENT, terminal.errColumns(), text);
  }

  /// Something that the user should know and that stops nothing, in a line.
  public static void warn(Problem problem, Terminal terminal) {
    String remedy = problem.remedy().isEmpty() ? "" : ";" + Remedy.behind(problem.remedy());
    terminal.say(
        Colour.BOLD.on(terminal, "warning:")
            + " "
            + problem.place()
            + ": "
            + problem.found()
            + remedy);
  }

  private static String place(Problem problem, Terminal terminal) {
    return problem.place().isEmpty() ? "" : Colour.BOLD.on(terminal, problem.place()) + ": ";
  }
}
