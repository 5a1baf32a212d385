package io.kubetune.cli.submit;

/// Signals by the exit status that a process killed by one shows.
///
/// ```
/// Signals.in(137)      // 9
/// Signals.name(9)      // SIGKILL
/// ```
public final class Signals {
  /// A shell, and Java's `Process`, show a death by signal n as 128 + n.
  private static final int FIRST_STATUS = 128;

  /// Linux' highest signal number.
  private static final int LAST_SIGNAL = 64;

  private Signals() {}

  /// @return the signal's number, or 0 for a status that tells of none
  public static int in(int exitStatus) {
    int signal = exitStatus - FIRST_STATUS;
    return signal > 0 && signal <= LAST_SIGNAL ? signal : 0;
  }

  /// POSIX names of the signals that end a trainer in practice; the numbers are Linux' and macOS'.
  public static String name(int signal) {
    return switch (signal) {
      case 1 -> "SIGHUP";
      case 2 -> "SIGINT";
      case 3 -> "SIGQUIT";
      case 4 -> "SIGILL";
      case 6 -> "SIGABRT";
      case 8 -> "SIGFPE";
      case 9 -> "SIGKILL";
      case 11 -> "SIGSEGV";
      case 13 -> "SIGPIPE";
      case 15 -> "SIGTERM";
      default -> "signal " + signal;
    };
  }
}
