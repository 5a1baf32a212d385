package io.kubetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.registry.Tool;
import io.kubetune.cli.submit.LocalRuns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Completion as people see it: real shells in a real terminal (tmux), keys typed, the screen read.
class ShellsTest {
  private static final Path COMPLETIONS =
      Path.of(System.getProperty("kubetune.root")).resolve("completions");

  @TempDir private Path folder;

  private TmuxScreen screen;

  @BeforeEach
  void program() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Files.createFile(
        bin.resolve("kubectl-tune"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.writeString(
        bin.resolve("kubectl-tune"),
        "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' io.kubetune.cli.Main \"$@\"\n"
            .formatted(java, classes));
    Files.copy(COMPLETIONS.resolve("kubectl_complete-tune"), bin.resolve("kubectl_complete-tune"));
    Files.writeString(folder.resolve("rows of mine.jsonl"), "{}");
    LocalRuns runs = new LocalRuns(folder);
    LocalRuns.await(runs.started("first", "exit 4"), state -> state.phase().isOver());
  }

  @AfterEach
  void close() throws Exception {
    if (screen != null) {
      screen.close();
    }
  }

  private void start(String... shell) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("PATH=" + folder.resolve("bin") + ":" + System.getenv("PATH")));
    command.addAll(List.of(shell));
    screen = TmuxScreen.start(150, folder, command);
  }

  /// Types a command when the shell is there to read it, and waits until it is done.
  private void run(String command) throws Exception {
    Instant end = Instant.now().plusSeconds(30);
    String seen = "";
    while (!seen.contains("is-rea-dy")) {
      assertThat(Instant.now()).as("the shell does not start:\n" + seen).isBefore(end);
      screen.type("echo is-rea\"\"-dy");
      screen.press("Enter");
      TimeUnit.MILLISECONDS.sleep(500);
      seen = screen.text().replace("rea\"\"-dy", "");
    }
    screen.type(command + " && echo all\"\"-done");
    screen.press("Enter");
    screen.await("all-done");
  }

  /// What the line has become after the tabulator key. Typed anew where nothing comes: a shell that
  /// was still drawing has not heard the key, and on a busy machine the plugin gives up after 1.5
  /// s.
  private void completes(String typed, String wanted) throws Exception {
    for (int attempt = 0; attempt < 5; attempt++) {
      screen.press("C-c");
      TimeUnit.MILLISECONDS.sleep(300);
      screen.type(typed);
      TimeUnit.MILLISECONDS.sleep(200);
      screen.press("Tab");
      if (screen.comes(wanted, 6)) {
        return;
      }
    }
    screen.await(wanted);
  }

  private void completesAll() throws Exception {
    completes("kubectl-tune statu", "kubectl-tune status");
    completes("kubectl-tune status fi", "kubectl-tune status first");
    completes("kubectl-tune create x --runtime=lo", "--runtime=local");
    completes("kubectl-tune create x --runtime ka", "--runtime kaito");
    completes("kubectl-tune create --set LoraConfig.rank_", "--set LoraConfig.rank_pattern=");
    completes("kubectl-tune create --set LoraConfig.bias=no", "--set LoraConfig.bias=none");
    completes("kubectl-tune data check row", "rows\\ of\\ mine.jsonl");
  }

  @Test
  void bash() throws Exception {
    Tool.require("tmux", "tmux");
    start("bash", "--norc", "--noprofile");
    run("PS1='> '; HISTFILE=; source " + COMPLETIONS.resolve("kubectl-tune.bash"));
    completesAll();
  }

  @Test
  void zsh() throws Exception {
    Tool.require("tmux", "tmux");
    Tool.require("zsh", "zsh");
    start("zsh", "-f", "-i");
    run("PS1='> '; fpath=(" + COMPLETIONS + " $fpath); autoload -U compinit; compinit -u -D");
    completesAll();
    // With what each is for.
    completes("kubectl-tune re", "Start a run that failed once more.");
  }

  @Test
  void fish() throws Exception {
    Tool.require("tmux", "tmux");
    Tool.require("fish", "fish");
    start("fish", "--no-config");
    run("source " + COMPLETIONS.resolve("kubectl-tune.fish"));
    completesAll();
  }

  @Test
  void kubectlAsksThePlugin() throws Exception {
    String program = TestCluster.require().kubectlProgram().toString();
    ProcessBuilder kubectl = new ProcessBuilder(program, "__complete", "tune", "sta");
    kubectl.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    kubectl.environment().put("KUBECONFIG", "/nowhere");
    Process process = kubectl.start();
    assertThat(new String(process.getInputStream().readAllBytes()))
        .startsWith("status\tShow where a run stands.\n:4");
  }
}
