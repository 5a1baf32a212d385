package io.kubetune.cli.watch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `logs -f` of a Workspace that KAITO trains: Hugging Face's lines, from a real pod. The test
/// plays KAITO, and makes its Job.
class KaitoLogsTest {
  private static final String OBJECTS =
      """
      apiVersion: kaito.sh/v1beta1
      kind: Workspace
      metadata: {name: phi}
      resource:
        instanceType: Standard_NC24ads_A100_v4
        labelSelector: {matchLabels: {app: phi}}
      tuning:
        preset: {name: phi-3-mini-128k-instruct}
        method: qlora
        input: {urls: ["https://h.example.com/a.parquet"]}
        output: {image: registry.example.com/phi:1, imagePushSecret: push}
      ---
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: phi
        labels: &labels {kaito.sh/workspace: phi}
      spec:
        backoffLimit: 0
        template:
          metadata: {labels: *labels}
          spec:
            restartPolicy: Never
            containers:
            - name: phi
              image: %s
              args:
              - -c
              - |
                printf 'Loading checkpoint shards: 100%%%%|##########| 2/2 [00:03<00:00,  1.5s/it]\\n' >&2
                printf '  0%%%%|          | 0/4 [00:00<?, ?it/s]\\r' >&2
                sleep 3
                printf ' 25%%%%|##5       | 1/4 [00:02<00:06,  2.0s/it]\\r' >&2
                echo "{'loss': '2.5', 'grad_norm': '1.0', 'learning_rate': '5e-05', 'epoch': '0.25'}" >&2
                sleep 3
                printf '100%%%%|##########| 4/4 [00:08<00:00,  2.0s/it]\\r' >&2
                echo "{'loss': '1.5', 'grad_norm': '1.0', 'learning_rate': '0', 'epoch': '1.0'}" >&2
                echo "{'train_runtime': '8.0', 'train_loss': '2.0', 'epoch': '1.0'}"
      """;

  private final TestCluster tested = TestCluster.requireKubelet();

  @TempDir private Path folder;

  @Test
  void stepsOfHuggingFacesTrainerAreToldAsOurs() throws Exception {
    try (TestNamespace namespace = tested.namespace("kaito")) {
      Path file = folder.resolve("objects.yaml");
      Files.writeString(file, OBJECTS.formatted(tested.shellImage()));
      tested.kubectl("apply", "-n", namespace.name(), "-f", file.toString());
      Map<String, String> environment =
          Map.of("KUBECONFIG", tested.kubeconfig().toString(), "HOME", folder.toString());
      Typed typed = Typed.command(environment, "logs", "-f", "phi", "-n", namespace.name());
      assertThat(typed.status()).as(typed.out() + typed.err()).isZero();
      assertThat(typed.out())
          .contains("step 1/4  loss 2.5000  ETA 0:00:06\n", "step 4/4  loss 1.5000\n")
          .doesNotContain("NaN", "tokens/s", "step 2/2")
          .containsOnlyOnce("loading")
          .endsWith("Succeeded\n");
      assertThat(
              Typed.command(environment, "logs", "phi", "-o", "json", "-n", namespace.name())
                  .out()
                  .lines())
          .hasSizeGreaterThanOrEqualTo(2)
          .allMatch(line -> line.startsWith("{\"event\":\"step\","));
    }
  }
}
