package io.kubetune.cli.terminal;

/// The few colours used, each for one meaning.
///
/// ```
/// terminal.err().println(Colour.RED.on(terminal, "Error:") + " can't create the run");
/// ```
public enum Colour {
  /// Failed.
  RED("31"),
  /// Done.
  GREEN("32"),
  /// Needs attention.
  YELLOW("33"),
  /// Going on.
  CYAN("36"),
  /// Beside the point.
  DIM("2"),
  BOLD("1");

  // ANSI X3.64 "select graphic rendition" parameters.
  private final String parameter;

  Colour(String parameter) {
    this.parameter = parameter;
  }

  /// The text in this colour where the terminal shows colours, else as it is.
  public String on(Terminal terminal, String text) {
    return terminal.colours() ? "\u001b[" + parameter + "m" + text + "\u001b[0m" : text;
  }
}
