package io.kubetune.cli;

import io.kubetune.cli.command.Complete;
import io.kubetune.cli.command.KubectlTune;
import io.kubetune.cli.terminal.Terminal;
import java.util.Locale;
import java.util.Map;
import org.graalvm.nativeimage.VMRuntime;

/// `kubectl tune`: reads the command line, runs one command, and exits with its code.
///
/// ```
/// int status = Main.run(new String[] {"list"}, Terminal.ofProcess(environment), environment);
/// ```
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // Set by GraalVM in every native image; a JVM has no such class.
    if (System.getProperty("org.graalvm.nativeimage.imagecode") != null) {
      // Without options for a virtual machine (-H:-ParseRuntimeOptions) nobody else starts it, and
      // no signal is heard: Ctrl-C would end the binary with nothing said and nothing undone.
      VMRuntime.initialize();
    }
    // Figures look the same everywhere, also where a program reads them.
    Locale.setDefault(Locale.ROOT);
    // The client reads it once, before its first request. Each of its buffers passes through three
    // threads, so 16 KiB, its own choice, cost a pull a quarter more; above 64 KiB the native
    // binary
    // maps memory anew for each.
    System.getProperties().putIfAbsent("jdk.httpclient.bufsize", String.valueOf(48 << 10));
    Map<String, String> environment = System.getenv();
    System.exit(run(arguments, Terminal.ofProcess(environment), environment));
  }

  /// One command from its arguments to its exit status, over the streams given; the one place that
  /// turns failures into words and codes is [KubectlTune].
  public static int run(String[] arguments, Terminal terminal, Map<String, String> environment) {
    try {
      if (Complete.isAsked(arguments)) {
        return Complete.answer(terminal, environment, arguments);
      }
      return KubectlTune.commandLine(terminal, environment, arguments).execute(arguments);
    } finally {
      terminal.out().flush();
      terminal.err().flush();
    }
  }
}
