package io.kubetune.cli.registry;

/// Tells this machine's own addresses, to which plain http is no risk.
///
/// ```
/// Loopback.is("127.0.0.1"); // true
/// ```
public final class Loopback {
  private Loopback() {}

  /// By the name alone: a name that is looked up could be made to point here.
  ///
  /// @param host without a port, or null
  public static boolean is(String host) {
    return host != null
        && (host.equals("localhost")
            || host.endsWith(".localhost")
            || host.equals("[::1]")
            || host.equals("::1")
            || host.matches("127(\\.[0-9]{1,3}){3}"));
  }
}
