package io.kubetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A real terminal (tmux) with a program in it: keys are typed, the screen is read as a person sees
/// it.
///
/// ```
/// try (TmuxScreen screen = TmuxScreen.start(80, folder, List.of("bash", "--norc"))) {
///   screen.type("kubectl-tune statu");
///   screen.press("Tab");
///   screen.await("kubectl-tune status");
/// }
/// ```
final class TmuxScreen implements AutoCloseable {
  private static final int ROWS = 50;

  private final String server =
      "kubetune-" + ProcessHandle.current().pid() + "-" + System.nanoTime();

  private TmuxScreen() {}

  /// @param folder the program's working folder and home
  /// @param command with nothing of this process's environment but what it names itself
  static TmuxScreen start(int columns, Path folder, List<String> command)
      throws IOException, InterruptedException {
    TmuxScreen screen = new TmuxScreen();
    List<String> words =
        new ArrayList<>(
            List.of(
                "new-session",
                "-d",
                "-x",
                Integer.toString(columns),
                "-y",
                Integer.toString(ROWS),
                "-c",
                folder.toString(),
                "env",
                "-i",
                "TERM=xterm",
                "LANG=C.UTF-8",
                "HOME=" + folder,
                "XDG_STATE_HOME=" + folder.resolve("state")));
    words.addAll(command);
    String said = screen.tmux(words.toArray(String[]::new));
    assertThat(said).isEmpty();
    return screen;
  }

  private String tmux(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tmux", "-L", server, "-f", "/dev/null"));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return said;
  }

  void type(String text) throws IOException, InterruptedException {
    tmux("send-keys", "-l", text);
  }

  /// @param key as tmux names it: `Tab`, `Enter`, `C-c`
  void press(String key) throws IOException, InterruptedException {
    tmux("send-keys", key);
  }

  void resize(int columns) throws IOException, InterruptedException {
    tmux("resize-window", "-x", Integer.toString(columns), "-y", Integer.toString(ROWS));
  }

  /// What is seen now.
  String text() throws IOException, InterruptedException {
    return tmux("capture-pane", "-p");
  }

  boolean comes(String wanted, int seconds) throws IOException, InterruptedException {
    Instant end = Instant.now().plusSeconds(seconds);
    while (Instant.now().isBefore(end)) {
      if (text().contains(wanted)) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return false;
  }

  void await(String wanted) throws IOException, InterruptedException {
    if (!comes(wanted, 60)) {
      throw new AssertionError("no '" + wanted + "' on the screen:\n" + text());
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    tmux("kill-server");
    // What a shell writes on its way out.
    TimeUnit.MILLISECONDS.sleep(300);
  }
}
