package io.kubetune.contract;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;

/// Last words of a container, which the kubelet copies into the pod's status: they are there when
/// the log is gone, and readable for whoever may read pods but no logs.
///
/// ```
/// TerminationLog.of(System.getenv()).ifPresent(log -> log.write(EventLine.write(failed, now)));
/// ```
public record TerminationLog(Path file) {
  /// Names the file; set in pods alone.
  public static final String VARIABLE = "KUBETUNE_TERMINATION_LOG";

  /// The kubelet cuts what is longer (Kubernetes API reference, `terminationMessagePath`).
  private static final int MOST_BYTES = 4096;

  public static Optional<TerminationLog> of(Map<String, String> environment) {
    String named = environment.getOrDefault(VARIABLE, "");
    return named.isEmpty() ? Optional.empty() : Optional.of(new TerminationLog(Path.of(named)));
  }

  /// @param line one JSON object
  public void write(String line) {
    byte[] bytes = line.strip().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MOST_BYTES) {
      // Half an object can't be read; the end of the log is there all the same.
      return;
    }
    try {
      Files.write(
          file,
          bytes,
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      // The exit code and the log say it too.
    }
  }
}
