package io.kubetune.cli.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Runs another program that the tests check ours against.
///
/// ```
/// String manifest = Tool.skopeo("inspect", "--raw", "oci:out:v1");
/// ```
public final class Tool {
  private Tool() {}

  /// Skips the test with a loud line where the program is missing; fails it in CI, where
  /// scripts/test has installed the package.
  public static Path require(String program, String debianPackage) {
    Optional<Path> found =
        Stream.of(System.getenv("PATH").split(":"))
            .map(dir -> Path.of(dir, program))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isEmpty()) {
      String message = "MISSING " + program + ": apt-get install " + debianPackage;
      if (System.getenv("CI") != null) {
        throw new AssertionError(message);
      }
      System.err.println("SKIPPED, NOT TESTED: " + message);
      Assumptions.abort(message);
    }
    return found.get();
  }

  public static String skopeo(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(require("skopeo", "skopeo").toString());
    command.add("--insecure-policy");
    command.addAll(List.of(arguments));
    return run(command);
  }

  /// Standard output; an exit status that is not 0 fails the test with what the program said.
  public static String run(List<String> command) throws IOException, InterruptedException {
    Path errors = Files.createTempFile("tool", ".err");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    String said = Files.readString(errors);
    Files.delete(errors);
    if (status != 0) {
      throw new AssertionError(command + " exited with " + status + ": " + said);
    }
    return output;
  }
}
