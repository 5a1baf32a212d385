package io.kubetune.cli.watch.cluster;

import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.contract.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A run as `create` makes it, of real pods whose containers run shell scripts in the place of the
/// programs.
///
/// ```
/// new ScriptedRun("bot").downloader("echo rows").trainer("echo step 1; sleep 5").apply(cluster, namespace, folder);
/// ```
final class ScriptedRun {
  private final String name;
  private final Map<String, String> scripts = new LinkedHashMap<>();
  private Optional<String> image = Optional.empty();
  private Optional<Path> nodeFolder = Optional.empty();
  private int backoffLimit;

  ScriptedRun(String name) {
    this.name = name;
  }

  ScriptedRun downloader(String script) {
    scripts.put(ClusterState.DOWNLOADER, script);
    return this;
  }

  ScriptedRun trainer(String script) {
    scripts.put(ClusterState.TRAINER, script);
    return this;
  }

  ScriptedRun publisher(String script) {
    scripts.put(ClusterState.PUBLISHER, script);
    return this;
  }

  /// Another one than the test cluster's with a shell.
  ScriptedRun image(String reference) {
    image = Optional.of(reference);
    return this;
  }

  /// A folder of the node that the trainers of all pods see as `/node`.
  ScriptedRun nodeFolder(Path path) {
    nodeFolder = Optional.of(path);
    return this;
  }

  /// How many pods may fail before the run does.
  ScriptedRun backoffLimit(int limit) {
    backoffLimit = limit;
    return this;
  }

  /// A trainer's step as it writes it.
  static String step(int step, int steps, double loss) {
    return """
    {"event":"step","time":"2026-11-25T10:00:00.000Z","step":%d,"steps":%d,"epoch":0.5,"loss":%s,"grad_norm":1.0,\
    "learning_rate":0.0001,"tokens":256,"label_tokens":128,"seconds":0.5,"tokens_per_second":512.0,\
    "peak_memory_bytes":1000000,"skipped":false}\
    """
        .formatted(step, steps, loss);
  }

  void apply(TestCluster cluster, TestNamespace namespace, Path folder) throws Exception {
    StringBuilder job =
        new StringBuilder(
            """
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: %1$s
              labels: &labels {app.kubernetes.io/managed-by: kubectl-tune, tune.kubetune.io/run: %1$s}
            spec:
              backoffLimit: %2$d
              podFailurePolicy:
                rules:
                - action: Ignore
                  onExitCodes: {containerName: trainer, operator: In, values: [75]}
              template:
                metadata: {labels: *labels}
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 1
            """
                .formatted(name, backoffLimit));
    if (scripts.containsKey(ClusterState.DOWNLOADER)) {
      job.append("      initContainers:\n");
      append(ClusterState.DOWNLOADER, cluster, job);
    }
    job.append("      containers:\n");
    append(ClusterState.TRAINER, cluster, job);
    if (scripts.containsKey(ClusterState.PUBLISHER)) {
      append(ClusterState.PUBLISHER, cluster, job);
    }
    nodeFolder.ifPresent(path ->
        job.append("      volumes:\n      - name: node\n")
            .append("        hostPath: {path: " + path + ", type: DirectoryOrCreate}\n"));
    cluster.kubectl(
        "apply",
        "-n",
        namespace.name(),
        "-f",
        Files.writeString(folder.resolve(name + ".yaml"), job).toString());
  }

  private void append(String container, TestCluster cluster, StringBuilder job) throws Exception {
    String script = Json.MAPPER.writeValueAsString(scripts.get(container).replace("$(", "$$("));
    job.append("      - name: " + container + "\n");
    job.append("        image: " + image.orElseGet(cluster::shellImage) + "\n");
    job.append("        args: [-c, " + script + "]\n");
    if (container.equals(ClusterState.TRAINER) && nodeFolder.isPresent()) {
      job.append("        volumeMounts: [{name: node, mountPath: /node}]\n");
    }
  }
}
