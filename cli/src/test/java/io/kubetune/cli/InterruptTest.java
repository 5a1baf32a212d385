package io.kubetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.PublishedAdapter;
import io.kubetune.cli.registry.FaultProxy;
import io.kubetune.cli.registry.FaultProxy.Fault;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.Tool;
import io.kubetune.cli.submit.LocalRuns;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bars and Ctrl-C as people see them: commands in a real terminal (tmux), which is resized, keys
/// pressed, the screen read.
class InterruptTest {
  private static final String STEP_7 =
      """
      for event in \
        '{"event":"started","time":"2026-11-23T04:30:00.000Z","contract":1,"trainer":"0.1.0","method":"lora","architecture":"llama","parameters":2700000,"trainable_parameters":98304,"device":"cpu","threads":2,"storage_type":"bfloat16","compute_type":"float32","compute_reason":"no bf16","documents":96,"eval_documents":0,"tokens":9000,"label_tokens":5000,"truncated":0,"excluded":0,"steps":60,"epochs":1.0}' \
        '{"event":"step","time":"2026-11-23T04:30:02.000Z","step":7,"steps":60,"epoch":0.5,"loss":3.25,"grad_norm":1.5,"learning_rate":0.0002,"tokens":4500,"label_tokens":2500,"seconds":1.0,"tokens_per_second":4500.0,"peak_memory_bytes":200000000,"skipped":false}'
      do echo "$event"; echo "$event" >> results/events.jsonl; done
      touch ready
      exec sleep 600
      """;

  @TempDir private Path folder;
  private LocalRuns runs;

  @BeforeEach
  void runs() {
    Tool.require("tmux", "tmux");
    runs = new LocalRuns(folder);
  }

  @AfterEach
  void stop() throws Exception {
    runs.stopAll();
  }

  /// The command in a terminal of its own, and its status when it is over.
  private TmuxScreen screen(int columns, String command) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path script =
        Files.writeString(
            folder.resolve("command.sh"),
            """
            trap : INT   # as a shell at its prompt: it outlives the command
            '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' io.kubetune.cli.Main %s
            echo "status=$?"
            exec sleep 600
            """
                .formatted(java, classes, command));
    return TmuxScreen.start(
        columns, folder, List.of("PATH=" + System.getenv("PATH"), "bash", script.toString()));
  }

  private RunFolder training() throws Exception {
    RunFolder run = runs.started("first", STEP_7);
    LocalRuns.awaitReady(run);
    return run;
  }

  private static List<String> lines(TmuxScreen screen, String word) throws Exception {
    return screen.text().lines().filter(line -> line.contains(word)).toList();
  }

  @Test
  void ctrlCWhileWaitingSaysThatTheRunGoesOnAndItDoes() throws Exception {
    RunFolder run = training();
    String said = "";
    // Until the command is there, on a busy machine, Ctrl-C meets a JVM that starts.
    for (int seconds = 2; seconds < 40 && !said.contains("Stopped"); seconds *= 3) {
      try (TmuxScreen screen = screen(80, "wait first")) {
        TimeUnit.SECONDS.sleep(seconds);
        screen.press("C-c");
        screen.await("status=130");
        said = screen.text();
      }
    }
    assertThat(said).contains("^C\nStopped waiting; the run goes on.\n");
    assertThat(RunState.of(run).phase()).isEqualTo(RunState.Phase.RUNNING);
  }

  @Test
  void ctrlCWhileFollowingTakesTheBarAwayAndNamesTheCommandsToGoOnWith() throws Exception {
    training();
    try (TmuxScreen screen = screen(80, "logs -f first")) {
      screen.await("7/60");
      screen.press("C-c");
      screen.await("status=130");
      assertThat(screen.text())
          .contains("Stopped following; the run goes on.")
          .contains("\n  kubectl tune logs -f first\n  kubectl tune delete first\n")
          .doesNotContain("7/60");
    }
  }

  @Test
  void whatEndsByItselfSaysNothingOfCtrlC() throws Exception {
    LocalRuns.await(runs.started("first", "exit 4"), state -> state.phase().isOver());
    try (TmuxScreen screen = screen(80, "wait first")) {
      screen.await("status=");
      assertThat(screen.text()).doesNotContain("Stopped waiting").doesNotContain("status=130");
    }
  }

  @Test
  void aBarFollowsTheScreenWhenItIsResizedAndLeavesNothingBehind() throws Exception {
    training();
    try (TmuxScreen screen = screen(80, "logs -f first")) {
      screen.await("7/60");
      assertThat(lines(screen, "7/60")).singleElement().satisfies(narrowerThan(80));
      assertThat(screen.text()).doesNotContain("tokens/s");

      screen.resize(140);
      TimeUnit.SECONDS.sleep(2);
      assertThat(lines(screen, "7/60")).singleElement().satisfies(widerThan(81));

      screen.resize(64);
      TimeUnit.SECONDS.sleep(2);
      assertThat(lines(screen, "training")).singleElement().satisfies(narrowerThan(64));
      assertThat(screen.text().strip().lines().toList().getLast()).contains("training");
    }
  }

  private static Consumer<String> narrowerThan(int columns) {
    return line -> assertThat(line.stripTrailing().length()).isLessThan(columns);
  }

  private static Consumer<String> widerThan(int columns) {
    return line -> assertThat(line.stripTrailing().length()).isGreaterThan(columns);
  }

  @Test
  void aPullShowsItsBytesAndCtrlCSaysThatNothingWasWritten() throws Exception {
    Path results = AdapterFolder.write(folder.resolve("results"), 40 << 20, 1);
    try (RealRegistry registry = RealRegistry.start(folder.resolve("registry"));
        FaultProxy proxy = FaultProxy.before(registry)) {
      PublishedAdapter.in(registry, results);
      proxy.onRequest(
          request -> request.contains("/blobs/") ? new Fault.Stall(20 << 20, 60_000) : Fault.NONE);
      try (TmuxScreen screen =
          screen(100, "pull-adapter " + proxy.host() + "/team/adapter:v1 --to out")) {
        screen.await("/41 MB");
        assertThat(lines(screen, "/41 MB")).singleElement().satisfies(narrowerThan(100));
        screen.press("C-c");
        screen.await("status=130");
        assertThat(screen.text()).contains("Stopped: ").doesNotContain("/41 MB");
        assertThat(folder.resolve("out")).doesNotExist();
      }
    }
  }

  /// The digest of a registry's largest blob.
  private static String largest(Path registry) throws IOException {
    try (Stream<Path> files = Files.walk(registry)) {
      return files
          .filter(each -> each.endsWith("data"))
          .max(Comparator.comparingLong(each -> each.toFile().length()))
          .map(each -> each.getParent().getFileName().toString())
          .orElseThrow();
    }
  }
}
