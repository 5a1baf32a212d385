package io.kubetune.cli.terminal;

/// What to do next: words, and commands on lines of their own, to be copied in one piece.
///
/// ```
/// "try:" + Remedy.behind("kubectl tune list")          // try:
///                                                      //   kubectl tune list
/// "try:" + Remedy.behind("see:\n  kubectl tune list")   // try: see:
///                                                      //   kubectl tune list
/// ```
public final class Remedy {
  private Remedy() {}

  /// As it stands behind a colon.
  public static String behind(String remedy) {
    return Prose.isCommand(remedy) ? "\n  " + remedy : " " + remedy;
  }
}
