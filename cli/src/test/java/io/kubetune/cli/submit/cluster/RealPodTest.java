package io.kubetune.cli.submit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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

  private TestCluster cluster;
  private PodImagesPushed images;
  private TestNamespace namespace;

  @TempDir private Path folder;

  @BeforeAll
  void cluster() throws Exception {
    cluster = TestCluster.requireKubelet();
    images = PodImagesPushed.require(cluster);
    namespace = cluster.restrictedNamespace("pods");
  }

  @AfterAll
  void close() {
    if (namespace != null) {
      namespace.close();
    }
  }

  private Typed typed(String... words) {
    return Typed.command(Map.of("HOME", folder.toString(), "PATH", System.getenv("PATH")), words);
  }

  private Typed onRun(String verb, String name, String... more) {
    List<String> words = new ArrayList<>(List.of(verb, "job/" + name));
    words.addAll(List.of("--kubeconfig=" + cluster.kubeconfig(), "-n", namespace.name()));
    words.addAll(List.of(more));
    return typed(words.toArray(String[]::new));
  }

  private Typed create(String name, String... more) {
    return typed(images.create(name, namespace.name(), more));
  }

  private JsonNode status(String name) {
    return Json.MAPPER.readTree(onRun("status", name, "-o", "json").out());
  }

  private static void await(Duration longest, String what, BooleanSupplier condition)
      throws InterruptedException {
    Instant end = Instant.now().plus(longest);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("waited in vain for " + what).isBefore(end);
      TimeUnit.MILLISECONDS.sleep(300);
    }
  }

  private void awaitStep(String name, int step) throws InterruptedException {
    await(
        Duration.ofSeconds(60),
        "step " + step + " of " + name,
        () -> status(name).path("progress").path("step").asInt(0) >= step);
  }

  /// Processes of this machine that run a program in a pod of this run.
  private List<ProcessHandle> processes(String name, String program) throws Exception {
    String uid =
        cluster
            .kubectl(
                "get",
                "pod",
                "-n",
                namespace.name(),
                "-l",
                "tune.kubetune.io/run=" + name,
                "-o",
                "jsonpath={.items[0].metadata.uid}")
            .strip();
    String inCgroup = uid.replace("-", "_");
    return ProcessHandle.allProcesses()
        .filter(each -> {
          try {
            String cgroup = Files.readString(Path.of("/proc/" + each.pid() + "/cgroup"));
            String line = Files.readString(Path.of("/proc/" + each.pid() + "/cmdline"));
            return (cgroup.contains(uid) || cgroup.contains(inCgroup)) && line.contains(program);
          } catch (java.io.IOException e) {
            return false; // it is gone by now
          }
        })
        .toList();
  }

  private void kill(String name, String program) throws Exception {
    await(
        Duration.ofSeconds(60),
        program + " of " + name,
        () -> {
          try {
            return !processes(name, program).isEmpty();
          } catch (Exception e) {
            return false;
          }
        });
    processes(name, program).forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void aRunGoesFromCreateToAnAdapterWhoseProvenanceIsItsOwn() throws Exception {
    Typed created = create("good", "--wait");

    assertThat(created.status()).as(created.err()).isZero();
    assertThat(created.err()).contains("step 10/10", "Succeeded");
    JsonNode status = status("good");
    String digest = status.path("image").path("digest").asString();
    assertThat(digest).startsWith("sha256:");
    String pushed = cluster.registry() + "/adapters/good:1@" + digest;
    Path adapter = folder.resolve("adapter");
    Typed pulled =
        typed(
            "pull-adapter",
            pushed,
            "--to",
            adapter.toString(),
            "--kubeconfig=" + cluster.kubeconfig(),
            "-n",
            namespace.name(),
            "--verify=job/good");
    assertThat(pulled.status()).as(pulled.err()).isZero();
    try (Stream<Path> files = Files.list(adapter)) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .contains("adapter_config.json", "adapter_model.safetensors");
    }
    Typed logs = onRun("logs", "good", "-o", "json");
    assertThat(logs.out().lines().filter(line -> line.contains("\"event\":\"step\""))).hasSize(10);
  }

  @Test
  void rowsThatCantBeTrainedOnFailTheJobAtOnce() throws Exception {
    Path bad = Files.writeString(folder.resolve("bad.jsonl"), "{\"prompt\":\"a\"}\n");
    images.push("examples/bad", bad);

    Typed created = create("bad-rows", "--data=" + images.image("examples/bad"), "--wait");

    assertThat(created.status()).as(created.err()).isEqualTo(ExitCode.BAD_DATA.code());
    assertThat(status("bad-rows").path("pods")).hasSize(1);
    assertThat(status("bad-rows").path("message").asString()).contains("data-downloader", ":1");
  }

  @Test
  void aTrainerThatNeedsMoreMemoryThanItsLimitIsToldAsSuch() {
    Typed created = create("oom", "--memory=120Mi", "--backoff-limit=0", "--wait");

    assertThat(created.status()).as(created.err()).isEqualTo(ExitCode.OUT_OF_MEMORY.code());
    assertThat(status("oom").path("explanations").path(0).path("cause").asString())
        .isEqualTo("OUT_OF_MEMORY");
  }

  @Test
  void aTrainerThatIsKilledFailsItsPodWithinSeconds() throws Exception {
    create("killed", "--backoff-limit=0", "--max-steps=5000", "--detach");
    awaitStep("killed", 1);
    kill("killed", TRAINER);
    Instant killed = Instant.now();

    await(
        Duration.ofSeconds(30),
        "the Job to fail",
        () -> status("killed").path("phase").asString().equals("Failed"));
    assertThat(Duration.between(killed, Instant.now())).isLessThan(Duration.ofSeconds(15));
    assertThat(status("killed").path("code").asString()).isEqualTo("KILLED");
  }

  @Test
  void aTrainerThatNeverStartsFailsItsPod() throws Exception {
    Typed created =
        create("never", "--trainer-image=" + cluster.shellImage(), "--backoff-limit=0", "--wait");

    assertThat(created.status()).as(created.err()).isNotZero();
    assertThat(status("never").path("phase").asString()).isEqualTo("Failed");
    assertThat(status("never").path("message").asString()).startsWith("trainer");
  }

  @Test
  void aTrainerThatEndsWithoutAResultFailsItsPodThoughItsStatusIsZero() throws Exception {
    String image =
        images.shellThatRuns("silent", ": >/mnt/lock/trainer; : >/mnt/lock/claimed; exit 0");
    Typed created = create("silent", "--trainer-image=" + image, "--backoff-limit=0", "--wait");

    assertThat(created.status()).as(created.err()).isEqualTo(ExitCode.KILLED.code());
    assertThat(status("silent").path("phase").asString()).isEqualTo("Failed");
    assertThat(status("silent").path("message").asString()).contains("publisher");
  }

  @Test
  void aPublisherThatIsKilledStopsTheTrainer() throws Exception {
    create("lonely", "--backoff-limit=0", "--max-steps=5000", "--detach");
    awaitStep("lonely", 1);
    kill("lonely", "publish");

    await(
        Duration.ofSeconds(40),
        "the Job to fail",
        () -> status("lonely").path("phase").asString().equals("Failed"));
    assertThat(status("lonely").path("message").asString()).contains("publisher was killed");
  }

  @Test
  void aPushThatIsRefusedFailsTheJobAtOnceAndSaysTheRegistrysAnswer() {
    Typed created = create("refused", "--output-image=127.0.0.1:9/adapters/x:1", "--wait");

    assertThat(created.status()).as(created.err()).isEqualTo(ExitCode.REGISTRY.code());
    assertThat(status("refused").path("pods")).hasSize(1);
    assertThat(status("refused").path("message").asString()).contains("publisher", "127.0.0.1:9");
  }

  @Test
  void aCancelledRunGoesOnFromItsCheckpointWhenItIsResumed() throws Exception {
    Path volume = folder.resolve("checkpoints");
    claim("checkpoints", volume);
    create(
        "paused",
        "--checkpoint-claim=checkpoints",
        "--max-steps=120",
        "--detach",
        "--backoff-limit=0");
    awaitStep("paused", 5);

    assertThat(onRun("cancel", "paused").status()).isZero();
    await(
        Duration.ofSeconds(60),
        "a checkpoint on the claim",
        () -> {
          try (Stream<Path> files = Files.walk(volume)) {
            return files.anyMatch(each -> each.getFileName().toString().startsWith("checkpoint-"));
          } catch (java.io.IOException | java.io.UncheckedIOException e) {
            return false;
          }
        });
    assertThat(status("paused").path("phase").asString()).isEqualTo("Stopped");
    assertThat(onRun("resume", "paused").status()).isZero();
    Typed ended = onRun("wait", "paused", "--timeout", "240s");

    assertThat(ended.status()).as(ended.err()).isZero();
    Typed logs = onRun("logs", "paused", "-o", "json");
    assertThat(logs.out()).contains("\"resumed_from_step\":");
  }

  /// A volume on the node's disk, which is this machine's.
  private void claim(String name, Path volume) throws Exception {
    Files.createDirectories(volume);
    new ProcessBuilder("chmod", "-R", "a+rwx", folder.toString()).start().waitFor();
    Path file =
        Files.writeString(
            folder.resolve("claim.yaml"),
            """
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: %1$s-%3$s}
            spec:
              capacity: {storage: 1Gi}
              accessModes: [ReadWriteOnce]
              persistentVolumeReclaimPolicy: Delete
              storageClassName: ""
              claimRef: {namespace: %3$s, name: %1$s}
              hostPath: {path: "%2$s"}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: %1$s, namespace: %3$s}
            spec:
              accessModes: [ReadWriteOnce]
              storageClassName: ""
              resources: {requests: {storage: 1Gi}}
            """
                .formatted(name, volume, namespace.name()));
    cluster.kubectl("apply", "-f", file.toString());
  }
}
