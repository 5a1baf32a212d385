package io.kubetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A command as a process of its own, which can be killed.
///
/// ```
/// StartedCommand command = StartedCommand.of(environment, log, "download", "--model=org/tiny");
/// command.awaitSaying("waiting for");
/// ```
public record StartedCommand(Process process, Path log) {

  public static StartedCommand of(Map<String, String> environment, Path log, String... words)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "io.kubetune.cli.Main"));
    command.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return new StartedCommand(builder.start(), log);
  }

  /// What it has said on both streams.
  public String said() throws IOException {
    return Files.readString(log);
  }

  public void awaitSaying(String text) throws InterruptedException {
    await(
        "'" + text + "'",
        () -> {
          try {
            return said().contains(text);
          } catch (IOException e) {
            return false;
          }
        });
  }

  public static void await(String what, BooleanSupplier condition) throws InterruptedException {
    Instant end = Instant.now().plus(Duration.ofSeconds(90));
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("waited in vain for " + what).isBefore(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  public void assertEndsWell() throws IOException, InterruptedException {
    assertThat(process.waitFor()).as(said()).isZero();
  }

  /// As the kernel does it for want of memory: the process can do nothing more.
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
