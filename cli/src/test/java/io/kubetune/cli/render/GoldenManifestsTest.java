package io.kubetune.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.plan.TunePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Manifests held against files that were read by a person; `-Dkubetune.goldens=write` (through
/// `surefire.extraArgs`) writes them anew.
class GoldenManifestsTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("kubetune.root"), "cli/src/test/resources/golden");

  private static final String WORKSPACE =
      """
      apiVersion: kaito.sh/v1beta1
      kind: Workspace
      metadata:
        name: workspace-tuning-phi-3
        namespace: team-a
        labels: {team: search}
      resource:
        instanceType: Standard_NC24ads_A100_v4
        labelSelector:
          matchLabels: {app: tuning-phi-3}
          matchExpressions:
            - {key: pool, operator: In, values: [a, "1"]}
        preferredNodes: [node-1, node-2]
      tuning:
        preset: {name: phi-3-mini-128k-instruct}
        method: qlora
        config: my-config
        input:
          urls: ["https://h.example.com/train.parquet?download=true"]
        output:
          image: registry.example.com/adapters/phi-3:1
          imagePushSecret: push
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: my-config, namespace: team-a}
      data:
        training_config.yaml: |
          training_config:
            QuantizationConfig: {load_in_4bit: true}
            LoraConfig: {r: 16}
            TrainingArguments: {output_dir: "/mnt/results"}
      """;

  @Test
  void theSmallestJob() throws IOException {
    check(
        "job-small",
        Requests.plan(
            "",
            "--name",
            "bot",
            "--model",
            "smollm2-135m-instruct",
            "--model-secret",
            "hub",
            "--model-cache",
            "hub-cache",
            "--data",
            "https://h.example.com/rows.jsonl",
            "--output-image",
            "registry.example.com/adapters/bot:1"));
  }

  @Test
  void aJobWithEveryOption() throws IOException {
    check(
        "job-full",
        Requests.plan(
            "",
            "--name",
            "bot",
            "--namespace",
            "team-a",
            "--label",
            "team=search",
            "--annotation",
            "example.com/note=two: words # no comment",
            "--model",
            "pvc://models/llama/3",
            "--data",
            "./rows.jsonl",
            "--data",
            "./more.jsonl",
            "--data",
            "pvc://rows/train",
            "--data",
            "{nfs: {server: nfs.example.com, path: /rows}}",
            "--eval-data",
            "image://registry.example.com/eval:1",
            "--data-secret",
            "pull-data",
            "--column",
            "input=context",
            "--format",
            "jsonl",
            "--template",
            "Cost in $: {question}\n{input}\nA:",
            "--template-without-input",
            "{question}\nA:",
            "--chat-template",
            "{% for m in messages %}{{ m.content }}\n{% endfor %}",
            "--registry",
            "registry.example.com/ml",
            "--output-image",
            "registry.example.com/adapters/bot:1",
            "--output-image-secret",
            "push",
            "--image-pull-secret",
            "pull",
            "--gpus",
            "1",
            "--cpu",
            "8",
            "--memory",
            "32Gi",
            "--node-selector",
            "pool=gpu",
            "--instance-type",
            "Standard_NC24ads_A100_v4",
            "--toleration",
            "dedicated=ml:NoExecute",
            "--affinity",
            "{podAntiAffinity: {}}",
            "--service-account",
            "tuner",
            "--env",
            "HTTPS_PROXY=http://proxy.example.com:3128",
            "--secret-env",
            "WANDB_API_KEY=wandb/key",
            "--ca-configmap",
            "corp-ca/ca.crt",
            "--priority-class",
            "low",
            "--queue",
            "gpu-queue",
            "--ttl",
            "7d",
            "--active-deadline",
            "12h",
            "--backoff-limit",
            "0",
            "--checkpoint-claim",
            "checkpoints"));
  }

  @Test
  void aWorkspaceFileAsAJob() throws IOException {
    check("job-from-workspace", Requests.plan(WORKSPACE, "--filename", "-"));
  }

  @Test
  void aWorkspaceFileAsAWorkspace() throws IOException {
    check("workspace", Requests.plan(WORKSPACE, "--filename", "-", "--runtime", "kaito"));
  }

  @Test
  void aWorkspaceOfFlagsOnVolumes() throws IOException {
    check(
        "workspace-volumes",
        Requests.plan(
            "",
            "--name",
            "bot",
            "--runtime",
            "kaito",
            "--model",
            "llama-3.1-8b-instruct",
            "--model-secret",
            "hub",
            "--data",
            "pvc://rows",
            "--data-name",
            "support-tickets",
            "--output-image",
            "pvc://results"));
  }

  @Test
  void jsonAndNamesSayTheSame() {
    TunePlan plan = Requests.plan(WORKSPACE, "--filename", "-", "--runtime", "kaito");
    assertThat(ManifestText.names(Manifests.of(plan, false)))
        .isEqualTo(
            "configmap/workspace-tuning-phi-3-config\nworkspace.kaito.sh/workspace-tuning-phi-3\n");
    assertThat(ManifestText.json(Manifests.of(plan, false)))
        .startsWith("{\n  \"apiVersion\" : \"v1\",\n  \"kind\" : \"List\",");
  }

  @Test
  void aSuspendedJobDiffersByThatAlone() {
    TunePlan plan = Requests.plan(WORKSPACE, "--filename", "-");
    String running = ManifestText.yaml(Manifests.of(plan, false));
    assertThat(ManifestText.yaml(Manifests.of(plan, true)).replace("  suspend: true\n", ""))
        .isEqualTo(running);
  }

  private static void check(String name, TunePlan plan) throws IOException {
    Path file = GOLDEN.resolve(name + ".yaml");
    String rendered = ManifestText.yaml(Manifests.of(plan, false));
    if ("write".equals(System.getProperty("kubetune.goldens"))) {
      Files.writeString(file, rendered);
    }
    assertThat(rendered).isEqualTo(Files.readString(file));
  }
}
