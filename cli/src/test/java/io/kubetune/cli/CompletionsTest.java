package io.kubetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.command.KubectlTune;
import io.kubetune.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;
import picocli.CommandLine;

class CompletionsTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("kubetune.root")).resolve("completions");
  private static final Path SCRIPT = FOLDER.resolve("kubectl-tune.bash");

  // `scripts/completions` sets it: the file is written in place of being compared.
  private static final boolean WRITE = Boolean.getBoolean("kubetune.completions.write");

  @Test
  void theCompletionScriptKnowsTheCommandsThatThereAre() throws IOException {
    String generated = AutoComplete.bash("kubectl-tune", commands());
    if (WRITE) {
      Files.writeString(SCRIPT, generated);
    }
    assertThat(Files.readString(SCRIPT).equals(generated))
        .as(
            "completions/kubectl-tune.bash is that of the commands there are; else run scripts/completions")
        .isTrue();
  }

  @Test
  void kubectlIsToldTheSubcommandsThatBeginAsTyped() throws Exception {
    // The form in which kubectl asks a plugin: its arguments so far, the last of them unfinished;
    // the answer ends with a directive, 4 is "no file names".
    Process process =
        new ProcessBuilder(FOLDER.resolve("kubectl_complete-tune").toString(), "sta")
            .redirectErrorStream(true)
            .start();
    String answer = new String(process.getInputStream().readAllBytes());

    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(answer).isEqualTo("status\n:4\n");
  }

  private static CommandLine commands() {
    return KubectlTune.commandLine(Terminal.ofProcess(Map.of()), Map.of());
  }
}
