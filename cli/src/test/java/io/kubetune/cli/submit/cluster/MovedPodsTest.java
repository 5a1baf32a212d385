package io.kubetune.cli.submit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.contract.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Real pods that lose their node, that read from volumes, and whose trainers end in the ways that
/// trainers have of their own.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MovedPodsTest {
  private static final String NODE = "real-0";

  private RealRuns runs;

  private Path folder;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    this.folder = folder;
    runs = RealRuns.open(folder);
  }

  @AfterAll
  void close() {
    if (runs != null) {
      runs.close();
    }
  }

  private String pods(String name, String path) throws Exception {
    return runs.cluster()
        .kubectl(
            "get",
            "pods",
            "-n",
            runs.namespace().name(),
            "-l",
            "tune.kubetune.io/run=" + name,
            "-o",
            "jsonpath=" + path)
        .strip();
  }

  @Test
  void aRunWhoseNodeIsDrainedGoesOnFromItsCheckpointInANewPodAndItsLogIsFollowed()
      throws Exception {
    runs.claim("moved", folder.resolve("moved"));
    runs.create(
        "drained", "--checkpoint-claim=moved", "--max-steps=150", "--backoff-limit=0", "--detach");
    runs.awaitStep("drained", 5);
    String first = pods("drained", "{.items[0].metadata.name}");
    try {
      runs.cluster()
          .kubectl(
              "drain",
              NODE,
              "--pod-selector=tune.kubetune.io/run=drained",
              "--delete-emptydir-data",
              "--ignore-daemonsets",
              "--timeout=120s");
      // Its node takes no pods now: the next one waits, and says so.
      RealRuns.await(
          Duration.ofSeconds(60),
          "what happened to be told",
          () -> runs.status("drained").path("explanations").toString().contains("unschedulable"));
    } finally {
      runs.cluster().kubectl("uncordon", NODE);
    }
    Typed followed = runs.onRun("logs", "drained", "-f", "-o", "json");

    assertThat(followed.status()).as(followed.err()).isZero();
    assertThat(followed.out()).contains("\"resumed_from_step\":").contains("\"completed\"");
    assertThat(pods("drained", "{.items[*].metadata.name}")).doesNotMatch(first);
    Typed ended = runs.onRun("wait", "drained", "--timeout", "10s");
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  @Test
  void aModelAndRowsOnVolumesAreTrainedOnAsTheyAreAnywhereElse() throws Exception {
    Path volume = folder.resolve("inputs");
    Path model = Files.createDirectories(volume.resolve("models/tiny"));
    Path examples = PodImagesPushed.EXAMPLES;
    try (Stream<Path> files = Files.list(examples.resolve("tiny-llama"))) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        Files.copy(each, model.resolve(each.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.copy(examples.resolve("kubectl-answers.jsonl"), volume.resolve("rows.jsonl"));
    runs.claim("inputs", volume);

    Typed created =
        runs.create(
            "volumes",
            "--model=pvc://inputs/models/tiny",
            "--data=pvc://inputs/rows.jsonl",
            "--wait");

    assertThat(created.status()).as(created.err()).isZero();
    Typed logs = runs.onRun("logs", "volumes", "-o", "json");
    assertThat(logs.out()).contains("\"completed\"");
  }

  @Test
  void aLossThatIsNoNumberFailsTheJobAtOnceAndSaysSo() {
    Typed created =
        runs.create(
            "diverged",
            "--learning-rate=1e30",
            "--set=TrainingArguments.max_grad_norm=0",
            "--max-steps=50",
            "--wait");

    assertThat(created.status()).as(created.err()).isEqualTo(ExitCode.DIVERGED.code());
    assertThat(runs.status("diverged").path("pods")).hasSize(1);
    assertThat(runs.status("diverged").path("explanations").toString()).contains("loss NaN");
  }

  @Test
  void aJvmThatCantStartIsTriedAgainAsOftenAsAskedAndItsWordsAreTold() throws Exception {
    Typed created =
        runs.create("no-jvm", "--env=JAVA_TOOL_OPTIONS=-Xnonsense", "--backoff-limit=1", "--wait");

    assertThat(created.status()).as(created.err()).isNotZero();
    assertThat(List.of(pods("no-jvm", "{.items[*].metadata.name}").split(" "))).hasSize(2);
    assertThat(runs.status("no-jvm").path("phase").asString()).isEqualTo("Failed");
    assertThat(runs.status("no-jvm").path("message").asString()).contains("-Xnonsense");
  }

  @Test
  void aHeapThatIsTooSmallFailsTheJobAtOnceAsMemory() throws Exception {
    // What overrides the command line, whose young generation would be larger than the heap.
    Typed created =
        runs.create(
            "heap", "--env=_JAVA_OPTIONS=-Xms4m -Xmx4m -Xmn1m", "--backoff-limit=3", "--wait");

    assertThat(created.status()).as(created.err()).isEqualTo(ExitCode.OUT_OF_MEMORY.code());
    assertThat(runs.status("heap").path("pods")).hasSize(1);
  }
}
