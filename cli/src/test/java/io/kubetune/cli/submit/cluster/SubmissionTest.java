package io.kubetune.cli.submit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.cluster.CutProxy;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.cli.cluster.TypedFlags;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// Runs put into a real API server: all of one, or nothing.
class SubmissionTest {
  @TempDir private Path folder;

  private TestCluster cluster;
  private TestNamespace namespace;
  private ClusterCommands commands;

  @BeforeEach
  void cluster() {
    cluster = TestCluster.require();
    namespace = cluster.namespace("submit");
    commands = new ClusterCommands(cluster, namespace, folder);
  }

  @AfterEach
  void close() {
    if (namespace != null) {
      namespace.close();
    }
  }

  private String job(String path) throws Exception {
    return commands.kubectl("get", "job", "bot", "-o", "jsonpath={" + path + "}");
  }

  @Test
  void theJobIsResumedAndOwnsItsConfigWhenCreateIsDone() throws Exception {
    Typed created = commands.create("bot", "--detach");

    assertThat(created.status()).as(created.err()).isZero();
    assertThat(created.out()).isEqualTo("job.batch/bot created\n");
    assertThat(job(".spec.suspend")).isEqualTo("false");
    assertThat(job(".metadata.annotations.tune\\.kubetune\\.io/creating")).isEmpty();
    assertThat(job(".metadata.managedFields[0].manager")).isEqualTo("kubectl-tune");
    assertThat(
            commands.kubectl(
                "get", "cm", "bot-config", "-o", "jsonpath={.metadata.ownerReferences[0].uid}"))
        .isEqualTo(job(".metadata.uid"));
  }

  @Test
  void aRunKnowsThatItsRegistrySpeaksHttpSoThatPullAdapterNeedNotBeTold() {
    commands.create("bot", "--detach", "--plain-http");
    commands.create("other", "--detach");

    try (Cluster connected =
        Cluster.connect(
            TypedFlags.of(
                "--kubeconfig=" + cluster.kubeconfig(), "--namespace=" + namespace.name()),
            Map.of())) {
      ClusterRuns runs = new ClusterRuns(connected);
      assertThat(runs.require(RunTarget.parse("bot")).speaksPlainHttp()).isTrue();
      assertThat(runs.require(RunTarget.parse("other")).speaksPlainHttp()).isFalse();
    }
  }

  @Test
  void whatIsResumedIsFollowedInItsNamespace() {
    commands.create("bot", "--detach");
    commands.typed("cancel", "bot");
    assertThat(commands.typed("resume", "bot").err())
        .contains("kubectl tune logs -f bot -n " + namespace.name());
  }

  @Test
  void aTakenNameIsRefusedReplacedOnlyWhenAskedAndNeverAnothersJob() throws Exception {
    commands.create("bot", "--detach");
    String first = job(".metadata.uid");

    Typed again = commands.create("bot", "--detach", "--rank=4");
    assertThat(again.status()).isEqualTo(ExitCode.ALREADY_EXISTS.code());
    assertThat(again.err()).contains("job.batch/bot", "--replace", "--generate-name");
    assertThat(job(".metadata.uid")).isEqualTo(first);

    Typed replaced = commands.create("bot", "--detach", "--rank=4", "--replace");
    assertThat(replaced.status()).as(replaced.err()).isZero();
    assertThat(job(".metadata.uid")).isNotEqualTo(first);
    assertThat(commands.kubectl("get", "cm", "bot-config", "-o", "jsonpath={.data}"))
        .contains("r: 4");

    commands.kubectl("create", "job", "other", "--image=registry.example.com/x:1");
    Typed others = commands.create("other", "--detach", "--replace");
    assertThat(others.status()).isEqualTo(ExitCode.ALREADY_EXISTS.code());
    assertThat(others.err()).contains("not made by kubectl tune");
    assertThat(commands.typed("delete", "job/other", "--yes").status()).isNotZero();
    assertThat(commands.kubectl("get", "job", "other", "-o", "name")).isEqualTo("job.batch/other");
  }

  @Test
  void whatTheApiServerRefusesHalfWayIsRemoved() throws Exception {
    // The Job passes, its ConfigMap does not.
    Path policy =
        Files.writeString(
            folder.resolve("policy.yaml"),
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: {name: %1$s}
            spec:
              matchConstraints:
                namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}
                resourceRules:
                - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}
              validations:
              - {expression: "false", message: "no configuration of yours"}
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicyBinding
            metadata: {name: %1$s}
            spec: {policyName: %1$s, validationActions: [Deny]}
            """
                .formatted(namespace.name()));
    cluster.kubectl("apply", "-f", policy.toString());
    try {
      TimeUnit.SECONDS.sleep(2); // until the API server has taken the policy up
      Typed refused = commands.create("bot", "--detach");

      assertThat(refused.status()).isEqualTo(ExitCode.CLUSTER.code());
      assertThat(refused.err()).contains("no configuration of yours");
      TimeUnit.SECONDS.sleep(1);
      assertThat(commands.objects()).isEmpty();
    } finally {
      cluster.kubectl("delete", "-f", policy.toString());
    }
  }

  @Test
  void aQuotaThatLeavesTooLittleIsToldBeforeAnythingIsMade() throws Exception {
    commands.kubectl("create", "quota", "small", "--hard=requests.memory=1Gi,count/jobs.batch=5");
    TimeUnit.SECONDS.sleep(1);

    Typed refused = commands.createChecked("bot", "--detach");

    assertThat(refused.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(refused.err()).contains("quota small", "requests.memory");
    assertThat(commands.objects()).isEmpty();
  }

  @Test
  void aServerDryRunMakesNothingAndManifestsThatAreSavedCanBeApplied() throws Exception {
    Path saved = folder.resolve("saved");
    Typed dry = commands.createChecked("bot", "--dry-run=server", "--save-manifests=" + saved);

    assertThat(dry.status()).as(dry.err()).isZero();
    assertThat(dry.out()).contains("job.batch/bot created (server dry run)");
    assertThat(commands.objects()).isEmpty();
    commands.kubectl("apply", "--server-side", "-f", saved.toString());
    assertThat(commands.kubectl("get", "job", "bot", "-o", "name")).isEqualTo("job.batch/bot");
    Files.writeString(saved.resolve("bot.job.yaml"), "another\n");
    Typed over = commands.createChecked("bot", "--dry-run=client", "--save-manifests=" + saved);
    assertThat(over.status()).isEqualTo(ExitCode.ALREADY_EXISTS.code());
    assertThat(saved.resolve("bot.job.yaml")).hasContent("another");
  }

  @Test
  void whatIsNamedAndNotThereIsToldAllAtOnce() throws Exception {
    Typed refused =
        commands.createChecked(
            "bot",
            "--detach",
            "--output-image-secret=push",
            "--checkpoint-claim=checkpoints",
            "--service-account=tuner");

    assertThat(refused.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(refused.err())
        .contains("Secret push", "PersistentVolumeClaim checkpoints", "ServiceAccount tuner");
    assertThat(commands.objects()).isEmpty();
  }

  @Test
  void aCreateThatWasKilledAtAnyRequestIsFinishedByTheSameCreate() throws Exception {
    // The line freezes after some requests were answered; then the process is killed with -9.
    for (long millis : new long[] {150, 400, 800}) {
      try (CutProxy proxy = CutProxy.open(cluster)) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add("io.kubetune.cli.Main");
        command.addAll(ClusterCommands.request("bot"));
        command.addAll(
            List.of(
                "--detach",
                ClusterCommands.NOWHERE.get(0),
                ClusterCommands.NOWHERE.get(1),
                "--kubeconfig=" + proxy.kubeconfig(folder),
                "--namespace=" + namespace.name()));
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("killed.log").toFile())
                .start();
        // From the first moment that the Job can be seen the process has few moments left.
        while (process.isAlive() && commands.objects().isEmpty()) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
        CompletableFuture.delayedExecutor(millis % 150, TimeUnit.MILLISECONDS)
            .execute(proxy::freeze);
        process.waitFor(millis, TimeUnit.MILLISECONDS);
        process.destroyForcibly().waitFor();
      }
      Typed again = commands.create("bot", "--detach");
      boolean finished = again.status() == ExitCode.ALREADY_EXISTS.code();
      assertThat(finished || again.status() == 0).as(again.err()).isTrue();
      assertThat(job(".spec.suspend")).isEqualTo("false");
      assertThat(job(".metadata.annotations.tune\\.kubetune\\.io/creating")).isEmpty();
      assertThat(commands.kubectl("get", "cm", "bot-config", "-o", "name")).isNotEmpty();
      assertThat(commands.typed("delete", "job/bot", "--yes").status()).isZero();
      assertThat(commands.objects()).isEmpty();
    }
  }

  @Test
  void aCreateThatDidNotFinishIsNotTakenOverByAnotherRequest() throws Exception {
    unfinished();

    Typed other = commands.create("bot", "--detach", "--rank=3");
    assertThat(other.status()).isEqualTo(ExitCode.ALREADY_EXISTS.code());
    assertThat(other.err()).contains("did not finish, of another request");
    assertThat(commands.status("bot").path("explanations").path(0).path("cause").asString())
        .isEqualTo("UNFINISHED_CREATE");

    Typed same = commands.create("bot", "--detach");
    assertThat(same.status()).as(same.err()).isZero();
    assertThat(same.err()).contains("did not finish");
    assertThat(job(".spec.suspend")).isEqualTo("false");
  }

  @Test
  void fieldsOfAnotherManagerAreNotTakenOverUnasked() throws Exception {
    unfinished();
    String applied =
        """
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"bot"},"spec":{"backoffLimit":9}}
        """;
    Path file = Files.writeString(folder.resolve("theirs.json"), applied);
    commands.kubectl(
        "apply",
        "--server-side",
        "--field-manager=theirs",
        "--force-conflicts",
        "-f",
        file.toString());

    Typed conflict = commands.create("bot", "--detach");
    assertThat(conflict.status()).isEqualTo(ExitCode.CLUSTER.code());
    assertThat(conflict.err()).contains("theirs", ".spec.backoffLimit");
  }

  /// A Job as `create` leaves it when it is killed after its first request.
  private void unfinished() throws Exception {
    commands.create("bot", "--detach");
    String digest = job(".metadata.annotations.tune\\.kubetune\\.io/request-digest");
    commands.typed("delete", "job/bot", "--yes");
    ObjectNode list =
        (ObjectNode)
            Json.MAPPER.readTree(commands.create("bot", "--dry-run=client", "-o", "json").out());
    ObjectNode job = (ObjectNode) list.path("items").path(1);
    ((ObjectNode) job.path("spec")).put("suspend", true);
    ((ObjectNode) job.path("metadata").path("annotations"))
        .put("tune.kubetune.io/creating", "true")
        .put("tune.kubetune.io/request-digest", digest);
    Path file = Files.writeString(folder.resolve("unfinished.json"), job.toString());
    commands.kubectl(
        "apply", "--server-side", "--field-manager=kubectl-tune", "-f", file.toString());
  }

  @Test
  void anApiServerThatIsAwayForAMinuteDelaysACreateAndLosesNothing() throws Exception {
    try (CutProxy proxy = CutProxy.open(cluster)) {
      Path kubeconfig = proxy.kubeconfig(folder);
      CompletableFuture<Void> cut =
          CompletableFuture.runAsync(() -> {
            try {
              // In the middle of it: what was asked first has been answered.
              while (commands.objects().isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(5);
              }
              proxy.cut();
              TimeUnit.SECONDS.sleep(60);
              proxy.restore();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
      Typed created = commands.create("bot", "--detach", "--kubeconfig=" + kubeconfig);
      cut.get(120, TimeUnit.SECONDS);

      assertThat(created.status()).as(created.err()).isZero();
      assertThat(job(".spec.suspend")).isEqualTo("false");
    }
  }

  @Test
  void deleteTakesAllThatIsOfTheRunAndNothingElse() throws Exception {
    commands.create("bot", "--detach");
    commands.create("other", "--detach");
    commands.kubectl("create", "configmap", "bot-notes", "--from-literal=a=b");

    Typed deleted = commands.typed("delete", "bot", "--yes");

    assertThat(deleted.out()).isEqualTo("job.batch/bot deleted\n");
    assertThat(commands.objects()).doesNotContain("/bot").contains("job.batch/other");
    assertThat(commands.kubectl("get", "cm", "bot-notes", "-o", "name")).isNotEmpty();
    assertThat(commands.typed("delete", "bot", "--yes").status())
        .isEqualTo(ExitCode.NOT_FOUND.code());
  }

  @Test
  void cancelHoldsTheRunAndResumeLetsItGoOn() throws Exception {
    commands.create("bot", "--detach", "--node-selector=kubernetes.io/hostname=real-0", "--force");

    Typed cancelled = commands.typed("cancel", "job/bot");
    assertThat(cancelled.status()).as(cancelled.err()).isZero();
    assertThat(cancelled.err()).contains("no --checkpoint-claim");
    assertThat(commands.status("bot").path("phase").asString()).isEqualTo("Stopped");
    assertThat(commands.typed("wait", "job/bot", "--timeout=5s").status())
        .isEqualTo(ExitCode.RESUME_ME.code());
    assertThat(commands.typed("retry", "job/bot").err())
        .contains("kubectl tune resume bot -n " + namespace.name());

    assertThat(commands.typed("resume", "job/bot").status()).isZero();
    assertThat(job(".spec.suspend")).isEqualTo("false");
    assertThat(commands.typed("resume", "job/bot").err())
        .contains("was not cancelled", "kubectl tune status bot -n " + namespace.name());
  }

  @Test
  void aRunThatFailedIsStartedOnceMoreAsItWas() throws Exception {
    commands.create(
        "bot",
        "--detach",
        "--active-deadline=1",
        "--node-selector=kubernetes.io/hostname=real-0",
        "--force");
    commands.awaitStatus(
        "bot", Duration.ofSeconds(30), s -> s.path("phase").asString().equals("Failed"));
    assertThat(commands.status("bot").path("code").asString()).isEqualTo("TIMEOUT");
    String first = job(".metadata.uid");

    Typed retried = commands.typed("retry", "job/bot");

    assertThat(retried.status()).as(retried.err()).isZero();
    assertThat(job(".metadata.uid")).isNotEqualTo(first);
    assertThat(job(".spec.activeDeadlineSeconds")).isEqualTo("1");
    assertThat(commands.kubectl("get", "cm", "bot-config", "-o", "name")).isNotEmpty();
    assertThat(commands.kubectl("get", "cm", "-o", "name")).doesNotContain("bot-retry");
  }

  @Test
  void aRetryThatWasKilledWhenItHadDeletedTheRunIsFinishedByTheSameRetry() throws Exception {
    commands.create("bot", "--detach", "--active-deadline=77");
    ApiObjects objects =
        new ApiObjects(
            Cluster.connect(TypedFlags.of("--kubeconfig=" + cluster.kubeconfig()), Map.of()),
            namespace.name());
    new KeptRun(
            objects.find(ApiObjects.CONFIG_MAP, "bot-config").orElseThrow(),
            objects.find(ApiObjects.JOB, "bot").orElseThrow())
        .keep(objects, "bot");
    commands.kubectl("delete", "job", "bot");

    Typed retried = commands.typed("retry", "bot");

    assertThat(retried.status()).as(retried.err()).isZero();
    assertThat(job(".spec.activeDeadlineSeconds")).isEqualTo("77");
    assertThat(job(".spec.suspend")).isEqualTo("false");
    assertThat(commands.kubectl("get", "cm", "-o", "name"))
        .contains("bot-config")
        .doesNotContain("bot-retry");
    assertThat(commands.typed("retry", "never-was").status()).isEqualTo(ExitCode.NOT_FOUND.code());
  }

  @Test
  void aNameIsMadeUpWhereAskedAndANamespaceThatIsNotThereIsTold() throws Exception {
    Typed generated =
        commands.typed(
            withoutName("--generate-name=job-", "--detach", "--node-selector=no=such", "--force"));
    assertThat(generated.status()).as(generated.err()).isZero();
    assertThat(generated.out()).matches("job\\.batch/job-[a-z0-9]{5} created\n");
    Typed missing = Typed.command(commands.environment(), withNamespace("no-such-namespace"));
    assertThat(missing.err()).contains("there is no namespace 'no-such-namespace'");
  }

  private static String[] withoutName(String... more) {
    List<String> words = new ArrayList<>(ClusterCommands.request("x"));
    words.remove("x");
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  private String[] withNamespace(String other) {
    List<String> words = new ArrayList<>(ClusterCommands.request("bot"));
    words.addAll(
        List.of("--detach", "--kubeconfig=" + cluster.kubeconfig(), "--namespace=" + other));
    return words.toArray(String[]::new);
  }
}
