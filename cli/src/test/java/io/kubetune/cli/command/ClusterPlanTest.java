package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.cli.registry.OwnAuthority;
import io.kubetune.cli.submit.cluster.ClusterCommands;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What a cluster is asked before anything is made in it, and what comes of the answers.
class ClusterPlanTest {
  @TempDir private Path folder;

  private TestCluster cluster;
  private TestNamespace namespace;
  private ClusterCommands commands;

  @BeforeEach
  void cluster() {
    cluster = TestCluster.require();
    namespace = cluster.namespace("plan");
    commands = new ClusterCommands(cluster, namespace, folder);
  }

  @AfterEach
  void close() {
    if (namespace != null) {
      namespace.close();
    }
  }

  private Typed plan(String... more) {
    List<String> words = new ArrayList<>(ClusterCommands.request("bot"));
    words.set(0, "plan");
    words.removeIf(each -> each.startsWith("--cpu"));
    words.addAll(List.of(more));
    return commands.typed(words.toArray(String[]::new));
  }

  @Test
  void moreMemoryThanAnyNodeHasIsRefusedWithSettingsThatFit() throws Exception {
    // 7 billion parameters in fp32 on a node of this machine's size.
    Typed refused =
        commands.createChecked(
            "bot",
            "--detach",
            "--model=mistral-7b",
            "--batch-size=32",
            "--max-length=4096",
            "--node-selector=kubernetes.io/os=linux");

    assertThat(refused.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(refused.err())
        .contains("the largest node has", "--batch-size 1 --gradient-accumulation-steps", "needs");
    assertThat(commands.objects()).isEmpty();
  }

  @Test
  void aPlanNamesTheNodesWithRoomAndWhatSpeaksAgainstIt() {
    JsonNode fits = Json.MAPPER.readTree(plan("--gpus=1", "-o", "json").out());
    assertThat(fits.path("cluster").path("freeNodes").toString()).contains("fake-0");
    assertThat(fits.path("cluster").path("problems")).isEmpty();

    JsonNode not =
        Json.MAPPER.readTree(
            plan("--gpus=1", "--gpu-resource=example.com/none", "-o", "json").out());
    assertThat(not.path("cluster").path("freeNodes")).isEmpty();
    assertThat(not.path("cluster").path("problems").path(0).path("place").asString())
        .isEqualTo("--gpus 1");
  }

  @Test
  void aPlanNeedsNoCluster() {
    Typed planned =
        Typed.command(
            commands.environment(),
            "plan",
            "--model=smollm2-135m-instruct",
            "--data=https://data.example.com/x.jsonl",
            "--output-image=registry.example.com/a:1");

    assertThat(planned.status()).as(planned.err()).isZero();
    assertThat(planned.err()).contains("Planned without a cluster");
    assertThat(planned.out()).contains("MEMORY AT ITS PEAK");
  }

  @Test
  void aContainerLargerThanALimitRangeAllowsIsRefusedBeforeItsPodIs() throws Exception {
    Path limits =
        Files.writeString(
            folder.resolve("limits.yaml"),
            """
            apiVersion: v1
            kind: LimitRange
            metadata: {name: small}
            spec: {limits: [{type: Container, max: {memory: 1Gi}}]}
            """);
    commands.kubectl("apply", "-f", limits.toString());

    Typed refused = commands.createChecked("bot", "--detach");

    assertThat(refused.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(refused.err()).contains("LimitRange: a container may have 1.0 GiB memory");
  }

  @Test
  void aSecretWhoseKeysNoSourceReadsIsRefusedByTheNamesOfItsKeysAlone() throws Exception {
    commands.kubectl("create", "secret", "generic", "hub", "--from-literal=token=hf_s3cr3t");
    commands.kubectl(
        "create", "secret", "generic", "rows", "--from-literal=AUTHORIZATION=t0p-s3cr3t");
    String[] request = {
      "create",
      "bot",
      "--detach",
      "--model=smollm2-135m-instruct",
      "--data=https://data.example.com/x.jsonl",
      "--data-secret=rows",
      "--output-image=registry.example.com/a:1"
    };

    Typed refused = commands.typed(with(request, "--model-secret=hub"));
    assertThat(refused.status()).as(refused.err()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(refused.err())
        .contains("Secret hub: it has the keys token, and what it is for reads HF_TOKEN")
        .doesNotContain("Secret rows")
        .doesNotContain("s3cr3t");
    assertThat(commands.objects()).isEmpty();

    Typed absent = commands.typed(with(request, "--model-secret=nowhere"));
    assertThat(absent.err())
        .contains("Secret nowhere: there is none in namespace")
        .contains("\n      kubectl create secret generic nowhere --from-file=HF_TOKEN=FILE -n ");
  }

  @Test
  void aConfigMapOfAuthoritiesThatIsMissingOrHasNoCertificateIsRefusedBeforeAnythingIsMade()
      throws Exception {
    Typed absent = commands.createChecked("bot", "--detach", "--ca-configmap=corp-ca");
    assertThat(absent.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(absent.err()).contains("ConfigMap corp-ca: there is none in namespace");

    OwnAuthority authority = OwnAuthority.create(folder.resolve("ca"), "dns:localhost");
    String good = Files.readString(authority.caFile());
    Path damaged =
        Files.writeString(folder.resolve("bad.crt"), good.replaceAll("(?m)^M.*$", "AAAA"));
    Path store = Files.write(folder.resolve("bundle.p12"), new byte[] {(byte) 0xfe, 0, 1});
    commands.kubectl(
        "create",
        "configmap",
        "corp-ca",
        "--from-file=ca.crt=" + authority.caFile(),
        "--from-file=bad.crt=" + damaged,
        "--from-file=bundle.p12=" + store,
        "--from-literal=note=ask the network team");

    assertThat(commands.createChecked("bot", "--detach", "--ca-configmap=corp-ca/tls.crt").err())
        .contains("ConfigMap corp-ca: it has no key tls.crt, only bad.crt, bundle.p12, ca.crt");
    assertThat(commands.createChecked("bot", "--detach", "--ca-configmap=corp-ca/note").err())
        .contains("there is no certificate in its key note", "-----BEGIN CERTIFICATE-----");
    assertThat(commands.createChecked("bot", "--detach", "--ca-configmap=corp-ca/bundle.p12").err())
        .contains("there is no certificate in its key bundle.p12");
    assertThat(commands.createChecked("bot", "--detach", "--ca-configmap=corp-ca").err())
        .contains("a certificate in bad.crt is damaged");
    assertThat(commands.objects()).isEmpty();

    assertThat(commands.createChecked("bot", "--detach", "--model-cache=hub/team-a").err())
        .contains("PersistentVolumeClaim hub: there is none in namespace");
    Typed created = commands.createChecked("bot", "--detach", "--ca-configmap=corp-ca/ca.crt");
    assertThat(created.status()).as(created.err()).isZero();
  }

  @Test
  void kueueThatIsNotThereIsToldBeforeARunWaitsForEver() {
    Typed refused = commands.createChecked("bot", "--detach", "--queue=team");

    assertThat(refused.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(refused.err()).contains("Kueue is not installed");
  }

  @Test
  void whoMayNotCreateIsToldWhatIsMissingAndDoctorSaysTheSame() {
    Typed refused =
        commands.createChecked(
            "bot", "--detach", "--kubeconfig=" + cluster.viewerKubeconfig(), "--namespace=default");
    assertThat(refused.status()).isEqualTo(ExitCode.CLUSTER.code());
    assertThat(refused.err())
        .contains("you may not create, patch jobs.batch; create, patch configmaps")
        .contains("templates/rbac/kubectl-tune-user.yaml");

    Typed doctor =
        commands.typed(
            "doctor", "--kubeconfig=" + cluster.viewerKubeconfig(), "--namespace=default");
    assertThat(doctor.status()).isEqualTo(ExitCode.CLUSTER.code());
    assertThat(doctor.out())
        .containsPattern("may use jobs.batch +missing +not create, patch, delete");
  }

  @Test
  void doctorFindsAllThatCreateNeedsAndWritesNothing() throws Exception {
    Typed doctor = commands.typed("doctor", "-o", "json");

    assertThat(doctor.status()).as(doctor.out()).isZero();
    JsonNode checks = Json.MAPPER.readTree(doctor.out()).path("checks");
    List<String> names = new ArrayList<>();
    checks.forEach(each -> names.add(each.path("name").asString()));
    assertThat(names).contains("connection", "version", "namespace", "nodes", "GPUs", "KAITO");
    assertThat(commands.objects()).isEmpty();
  }

  @Test
  void anInferenceWorkspaceIsWhatKaitosSchemaTakes() {
    Typed served =
        commands.typed(
            "serve",
            "bot",
            "--image=registry.example.com/a:1",
            "--model=phi-4-mini-instruct",
            "--strength=0.5",
            "--node-label=apps=llm",
            "--dry-run=server",
            "-o",
            "yaml");

    assertThat(served.status()).as(served.err()).isZero();
    assertThat(served.out()).contains("strength: \"0.5\"", "image: registry.example.com/a:1");
  }

  @Test
  void aWorkspaceGoesToKaitoWhereThatIsAndIsAJobElsewhere() throws Exception {
    Path workspace =
        Files.writeString(
            folder.resolve("workspace.yaml"),
            """
            apiVersion: kaito.sh/v1beta1
            kind: Workspace
            metadata: {name: tuned}
            resource:
              labelSelector: {matchLabels: {apps: tuned}}
            tuning:
              preset: {name: phi-4-mini-instruct}
              method: lora
              input: {urls: ["https://data.example.com/x.parquet"]}
              output: {image: "registry.example.com/tuned:1", imagePushSecret: push}
            """);
    String[] words = {"create", "-f", workspace.toString(), "--dry-run=client"};

    assertThat(commands.typed(with(words, "--runtime=auto")).out())
        .contains("workspace.kaito.sh/tuned");
    assertThat(commands.typed(with(words, "--runtime=job")).out()).contains("job.batch/tuned");
  }

  private static String[] with(String[] words, String more) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add(more);
    return all.toArray(String[]::new);
  }
}
