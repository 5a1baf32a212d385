package io.kubetune.cli.submit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.contract.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Runs as real pods under Pod Security "restricted", and each way in which they can die: nothing
/// waits for ever.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealPodTest {
  private static final String TRAINER = "io.kubetune.trainer.Main";

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

  @Test
  void aRunGoesFromCreateToAnAdapterWhoseProvenanceIsItsOwn() throws Exception {
    Typed created = runs.create("good", "--wait");

    assertThat(created.status()).as(created.err()).isZero();
    assertThat(created.err()).contains("step 10/10", "Succeeded");
    JsonNode status = runs.status("good");
    String digest = status.path("image").path("digest").asString();
    assertThat(digest).startsWith("sha256:");
    String pushed = runs.cluster().registry() + "/adapters/good:1@" + digest;
    Path adapter = folder.resolve("adapter");
    Typed pulled =
        runs.typed(
            "pull-adapter",
            pushed,
            "--to",
            adapter.toString(),
            "--kubeconfig=" + runs.cluster().kubeconfig(),
            "-n",
            runs.namespace().name(),
            "--verify=job/good");
    assertThat(pulled.status()).as(pulled.err()).isZero();
    try (Stream<Path> files = Files.list(adapter)) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .contains("adapter_config.json", "adapter_model.safetensors");
    }
    Typed logs = runs.onRun("logs", "good", "-o", "json");
    assertThat(logs.out().lines().filter(line -> line.contains("\"event\":\"step\""))).hasSize(10);
  }

  @Test
  void rowsThatCantBeTrainedOnFailTheJobAtOnce() throws Exception {
    Path bad = Files.writeString(folder.resolve("bad.jsonl"), "{\"prompt\":\"a\"}\n");
    runs.images().push("examples/bad", bad);

    Typed created =
        runs.create("bad-rows", "--data=" + runs.images().image("examples/bad"), "--wait");

    assertThat(created.status()).as(created.err()).isEqualTo(ExitCode.BAD_DATA.code());
    assertThat(runs.status("bad-rows").path("pods")).hasSize(1);
    assertThat(runs.status("bad-rows").path("message").asString())
        .contains("data-downloader", ":1");
  }

  @Test
  void aTrainerThatNeedsMoreMemoryThanItsLimitIsToldAsSuch() {
    Typed created = runs.create("oom", "--memory=120Mi", "--backoff-limit=0", "--wait");

    assertThat(created.status()).as(created.err()).isEqualTo(ExitCode.OUT_OF_MEMORY.code());
    assertThat(runs.status("oom").path("explanations").path(0).path("cause").asString())
        .isEqualTo("OUT_OF_MEMORY");
  }

  @Test
  void aTrainerThatIsKilledFailsItsPodWithinSeconds() throws Exception {
    runs.create("killed", "--backoff-limit=0", "--max-steps=5000", "--detach");
    runs.awaitStep("killed", 1);
    runs.kill("killed", TRAINER);
    Instant killed = Instant.now();

    RealRuns.await(
        Duration.ofSeconds(30),
        "the Job to fail",
        () -> runs.status("killed").path("phase").asString().equals("Failed"));
    assertThat(Duration.between(killed, Instant.now())).isLessThan(Duration.ofSeconds(15));
    assertThat(runs.status("killed").path("code").asString()).isEqualTo("KILLED");
  }

  @Test
  void aTrainerThatNeverStartsFailsItsPod() throws Exception {
    Typed created =
        runs.create(
            "never",
            "--trainer-image=" + runs.cluster().shellImage(),
            "--backoff-limit=0",
            "--wait");

    assertThat(created.status()).as(created.err()).isNotZero();
    assertThat(runs.status("never").path("phase").asString()).isEqualTo("Failed");
    assertThat(runs.status("never").path("message").asString()).startsWith("trainer");
  }

  @Test
  void aTrainerThatEndsWithoutAResultFailsItsPodThoughItsStatusIsZero() throws Exception {
    String image =
        runs.images().shellThatRuns("silent", ": >/mnt/lock/trainer; : >/mnt/lock/claimed; exit 0");
    Typed created =
        runs.create("silent", "--trainer-image=" + image, "--backoff-limit=0", "--wait");

    assertThat(created.status()).as(created.err()).isEqualTo(ExitCode.KILLED.code());
    assertThat(runs.status("silent").path("phase").asString()).isEqualTo("Failed");
    assertThat(runs.status("silent").path("message").asString()).contains("publisher");
  }

  @Test
  void aPublisherThatIsKilledStopsTheTrainer() throws Exception {
    runs.create("lonely", "--backoff-limit=0", "--max-steps=5000", "--detach");
    runs.awaitStep("lonely", 1);
    runs.kill("lonely", "publish");

    RealRuns.await(
        Duration.ofSeconds(40),
        "the Job to fail",
        () -> runs.status("lonely").path("phase").asString().equals("Failed"));
    assertThat(runs.status("lonely").path("message").asString()).contains("publisher was killed");
  }

  @Test
  void aPushThatIsRefusedFailsTheJobAtOnceAndSaysTheRegistrysAnswer() {
    Typed created = runs.create("refused", "--output-image=127.0.0.1:9/adapters/x:1", "--wait");

    assertThat(created.status()).as(created.err()).isEqualTo(ExitCode.REGISTRY.code());
    assertThat(runs.status("refused").path("pods")).hasSize(1);
    assertThat(runs.status("refused").path("message").asString())
        .contains("publisher", "127.0.0.1:9");
  }

  @Test
  void aCancelledRunGoesOnFromItsCheckpointWhenItIsResumed() throws Exception {
    Path volume = folder.resolve("checkpoints");
    runs.claim("checkpoints", volume);
    runs.create(
        "paused",
        "--checkpoint-claim=checkpoints",
        "--max-steps=120",
        "--detach",
        "--backoff-limit=0");
    runs.awaitStep("paused", 5);

    assertThat(runs.onRun("cancel", "paused").status()).isZero();
    RealRuns.await(
        Duration.ofSeconds(60),
        "a checkpoint on the claim",
        () -> {
          try (Stream<Path> files = Files.walk(volume)) {
            return files.anyMatch(each -> each.getFileName().toString().startsWith("checkpoint-"));
          } catch (java.io.IOException | java.io.UncheckedIOException e) {
            return false;
          }
        });
    assertThat(runs.status("paused").path("phase").asString()).isEqualTo("Stopped");
    assertThat(runs.onRun("resume", "paused").status()).isZero();
    Typed ended = runs.onRun("wait", "paused", "--timeout", "240s");

    assertThat(ended.status()).as(ended.err()).isZero();
    Typed logs = runs.onRun("logs", "paused", "-o", "json");
    assertThat(logs.out()).contains("\"resumed_from_step\":");
  }
}
