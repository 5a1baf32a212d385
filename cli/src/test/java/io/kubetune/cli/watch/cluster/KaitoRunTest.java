package io.kubetune.cli.watch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.cli.submit.cluster.ClusterCommands;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Tuning Workspaces that others made, with the statuses that KAITO's operator writes (which is not
/// there: the test writes them).
class KaitoRunTest {
  @TempDir private Path folder;

  private TestNamespace namespace;
  private ClusterCommands commands;

  @BeforeEach
  void workspace() throws Exception {
    TestCluster cluster = TestCluster.require();
    namespace = cluster.namespace("kaito");
    commands = new ClusterCommands(cluster, namespace, folder);
    Path file =
        Files.writeString(
            folder.resolve("workspace.yaml"),
            """
            apiVersion: kaito.sh/v1beta1
            kind: Workspace
            metadata: {name: tuned}
            resource:
              instanceType: Standard_NC24ads_A100_v4
              labelSelector: {matchLabels: {apps: tuned}}
            tuning:
              preset: {name: phi-4-mini-instruct}
              method: qlora
              input: {urls: ["https://data.example.com/x.parquet"]}
              output: {image: "registry.example.com/tuned:1", imagePushSecret: push}
            ---
            apiVersion: kaito.sh/v1beta1
            kind: Workspace
            metadata: {name: served}
            resource:
              labelSelector: {matchLabels: {apps: served}}
            inference:
              preset: {name: phi-4-mini-instruct}
            """);
    commands.kubectl("apply", "-f", file.toString());
  }

  @AfterEach
  void close() {
    if (namespace != null) {
      namespace.close();
    }
  }

  private void writeStatus(String state, String succeeded, String message) throws Exception {
    String now = "2026-11-25T10:00:00Z";
    commands.kubectl(
        "patch",
        "workspace",
        "tuned",
        "--subresource=status",
        "--type=merge",
        "-p",
        """
        {"status":{"state":"%s","conditions":[{"type":"WorkspaceSucceeded","status":"%s",
        "reason":"r","message":"%s","lastTransitionTime":"%s"}]}}\
        """
            .formatted(state, succeeded, message, now));
  }

  private JsonNode status() {
    return Json.MAPPER.readTree(commands.typed("status", "workspace/tuned", "-o", "json").out());
  }

  @Test
  void theyAreListedAndThoseThatOnlyServeAreNot() {
    assertThat(commands.typed("list").out())
        .contains("tuned", "kaito", "Pending")
        .doesNotContain("served");
    assertThat(commands.typed("list", "-o", "name").out()).isEqualTo("workspace.kaito.sh/tuned\n");
    assertThat(commands.typed("status", "served").status()).isEqualTo(ExitCode.NOT_FOUND.code());
  }

  @Test
  void theirEndIsWhatKaitoSays() throws Exception {
    writeStatus("Succeeded", "True", "done");
    assertThat(status().path("phase").asString()).isEqualTo("Succeeded");
    assertThat(status().path("image").path("reference").asString())
        .isEqualTo("registry.example.com/tuned:1");
    assertThat(commands.typed("wait", "tuned", "--timeout=5s").status()).isZero();

    writeStatus("Failed", "False", "the node has no GPU");
    assertThat(status().path("phase").asString()).isEqualTo("Failed");
    assertThat(status().path("message").asString()).contains("the node has no GPU");
    assertThat(commands.typed("wait", "tuned", "--timeout=5s").status()).isNotZero();
  }

  @Test
  void theirAdapterIsServedAndTheyAreDeletedButNotCancelled() throws Exception {
    writeStatus("Succeeded", "True", "done");
    assertThat(commands.typed("serve", "workspace/tuned", "--dry-run=client", "-o", "yaml").out())
        .contains("name: tuned-serve", "name: phi-4-mini-instruct", "registry.example.com/tuned:1");
    writeStatus("Running", "False", "");
    assertThat(commands.typed("cancel", "tuned").status()).isEqualTo(ExitCode.NOT_SUPPORTED.code());

    assertThat(commands.typed("delete", "tuned", "--yes").out())
        .isEqualTo("workspace.kaito.sh/tuned deleted\n");
    assertThat(commands.typed("list").out()).doesNotContain("tuned");
    assertThat(commands.kubectl("get", "workspace", "served", "-o", "name")).isNotEmpty();
  }
}
