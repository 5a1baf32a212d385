package io.kubetune.cli.submit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
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
import tools.jackson.databind.JsonNode;

/// Runs as real pods in a namespace of their own under Pod Security "restricted".
///
/// ```
/// RealRuns runs = RealRuns.open(folder);
/// runs.create("bot", "--wait");
/// ```
record RealRuns(TestCluster cluster, PodImagesPushed images, TestNamespace namespace, Path folder)
    implements AutoCloseable {

  /// Skips loudly where no pods run, or the images are not there.
  static RealRuns open(Path folder) throws Exception {
    TestCluster cluster = TestCluster.requireKubelet();
    PodImagesPushed images = PodImagesPushed.require(cluster);
    return new RealRuns(cluster, images, cluster.restrictedNamespace("pods"), folder);
  }

  @Override
  public void close() {
    namespace.close();
  }

  Typed typed(String... words) {
    return Typed.command(Map.of("HOME", folder.toString(), "PATH", System.getenv("PATH")), words);
  }

  Typed onRun(String verb, String name, String... more) {
    List<String> words = new ArrayList<>(List.of(verb, "job/" + name));
    words.addAll(List.of("--kubeconfig=" + cluster.kubeconfig(), "-n", namespace.name()));
    words.addAll(List.of(more));
    return typed(words.toArray(String[]::new));
  }

  Typed create(String name, String... more) {
    return typed(images.create(name, namespace.name(), more));
  }

  JsonNode status(String name) {
    return Json.MAPPER.readTree(onRun("status", name, "-o", "json").out());
  }

  static void await(Duration longest, String what, BooleanSupplier condition)
      throws InterruptedException {
    Instant end = Instant.now().plus(longest);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("waited in vain for " + what).isBefore(end);
      TimeUnit.MILLISECONDS.sleep(300);
    }
  }

  void awaitStep(String name, int step) throws InterruptedException {
    await(
        Duration.ofSeconds(60),
        "step " + step + " of " + name,
        () -> status(name).path("progress").path("step").asInt(0) >= step);
  }

  /// Processes of this machine that run a program in a pod of this run.
  List<ProcessHandle> processes(String name, String program) throws Exception {
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

  void kill(String name, String program) throws Exception {
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

  /// A volume on the node's disk, which is this machine's.
  void claim(String name, Path volume) throws Exception {
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
