package io.kubetune.cli.submit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Starts a process that neither Ctrl-C nor a closed terminal reaches: in a session of its own by
/// `setsid`, or where the system has none (macOS) in a process group of its own that ignores
/// SIGHUP.
///
/// ```
/// Process process = Detached.start(command, run.path(), run.supervisorLogFile(), System.getenv());
/// ```
final class Detached {
  // `set -m` gives each background job a process group of its own, out of reach of Ctrl-C. Of the
  // usual shells dash alone does so at a terminal only, and no system has dash without setsid.
  private static final String WITHOUT_SETSID = "set -m; nohup \"$@\" &";

  private Detached() {}

  /// @param log gets stdout and stderr; stdin is /dev/null
  /// @return the process itself where there is a `setsid`, else the shell that started it
  static Process start(List<String> command, Path folder, Path log, Map<String, String> environment)
      throws IOException {
    List<String> whole = new ArrayList<>();
    if (isOnPath("setsid", environment)) {
      whole.add("setsid");
    } else {
      whole.addAll(List.of(shell(), "-c", WITHOUT_SETSID, "sh"));
    }
    whole.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(whole)
            .directory(folder.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String shell() {
    return Files.isExecutable(Path.of("/bin/bash")) ? "/bin/bash" : "/bin/sh";
  }

  private static boolean isOnPath(String program, Map<String, String> environment) {
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
