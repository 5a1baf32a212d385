package io.kubetune.cli.terminal;

/// The few colours used, each for one meaning: those that show on dark and on light screens, which
/// yellow, white and half-bright do not.
///
/// ```
/// terminal.err().println(Colour.RED.on(terminal, "Error:") + " can't create the run");
/// ```
public enum Colour {
  /// Failed.
  RED("31"),
  /// Done.
  GREEN("32"),
  /// Going on.
  CYAN("36"),
  /// Needs attention.
  BOLD("1");

  // ANSI X3.64 "select graphic rendition" parameters.
  private final String parameter;

  Colour(String parameter) {
    this.parameter = parameter;
  }

  /// The text in this colour where `err` is a terminal that shows colours, else as it is.
  public String on(Terminal terminal, String text) {
    return terminal.colours() && terminal.errIsTerminal() ? coloured(text) : text;
  }

  /// The same for what goes to `out`, which may go to a file while `err` is a terminal.
  public String onOut(Terminal terminal, String text) {
    return terminal.colours() && terminal.outIsTerminal() ? coloured(text) : text;
  }

  private String coloured(String text) {
    return "\u001b[" + parameter + "m" + text + "\u001b[0m";
  }
}
