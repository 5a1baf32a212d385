package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.cli.cluster.TunerAccount;
import io.kubetune.contract.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A person who has the documented Role and nothing else goes the whole way, on the real API
/// server.
class SecondUserTest {
  private final TestCluster tested = TestCluster.require();
  private final TestNamespace namespace = tested.restrictedNamespace("second");
  private Map<String, String> environment;

  @TempDir private Path folder;

  @BeforeEach
  void login() throws Exception {
    for (String claim : List.of("models", "rows")) {
      String manifest =
          "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: %s}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}"
              .formatted(claim);
      tested.kubectl(
          "apply",
          "-n",
          namespace.name(),
          "-f",
          Files.writeString(folder.resolve(claim), manifest).toString());
    }
    Path kubeconfig = TunerAccount.kubeconfig(tested, namespace, folder);
    environment =
        Map.of(
            "KUBECONFIG", kubeconfig.toString(),
            "HOME", folder.toString(),
            "PATH", System.getenv("PATH"));
  }

  @AfterEach
  void close() {
    namespace.close();
  }

  private Typed typed(String... arguments) {
    return Typed.command(environment, arguments);
  }

  private Typed works(String... arguments) {
    Typed typed = typed(arguments);
    assertThat(typed.status()).as(typed.err()).isZero();
    return typed;
  }

  private String[] create(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "create",
                "bot",
                "--runtime=job",
                "--model=pvc://models/x",
                "--data=pvc://rows/y",
                "--output-image=registry.example.com/a:1",
                "--output-image-secret=push",
                "--cpu=1",
                "--memory=1Gi",
                "--gpus=0"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void theWholeWay() throws Exception {
    assertThat(works(create("--dry-run=server", "-o", "name")).out())
        .isEqualTo("configmap/bot-config\njob.batch/bot\n");
    assertThat(works(create()).out()).contains("job.batch/bot created");
    assertThat(works("list").out()).contains("bot");
    // What the pod waits for is told, though this user may not read nodes or Secrets.
    tested.kubectl(
        "wait",
        "job/bot",
        "-n",
        namespace.name(),
        "--for=jsonpath={.status.active}=1",
        "--timeout=30s");
    assertThat(works("status", "bot").out()).contains("Pending", "PersistentVolumeClaims");
    works("logs", "bot");
    assertThat(works("cancel", "bot").out()).contains("cancelled");
    assertThat(works("resume", "bot").out()).contains("resumed");
    assertThat(works("delete", "bot", "--yes").out()).contains("deleted");
    assertThat(works("list", "-n", namespace.name()).out()).isEmpty();
  }

  @Test
  void whatTheRoleDoesNotAllowIsToldWithTheRoleThatWould() {
    Typed all = typed("list", "-A");
    assertThat(all.status()).isEqualTo(ExitCode.CLUSTER.code());
    assertThat(all.err())
        .contains("may not list jobs.batch in the whole cluster (403)")
        .contains("kubectl create clusterrole kubectl-tune --verb=list --resource=jobs.batch")
        .contains("--serviceaccount=" + namespace.name() + ":tuner")
        .contains("kubectl-tune-cluster.yaml");
    Typed elsewhere = typed(create("-n", "default"));
    assertThat(elsewhere.status()).isEqualTo(ExitCode.CLUSTER.code());
    assertThat(elsewhere.err())
        .contains("permissions: you may not", "create", "jobs.batch")
        .contains("templates/rbac/kubectl-tune-user.yaml");
  }

  @Test
  void aNamespaceThatIsNotThereIsTold() {
    Map<String, String> admin =
        Map.of("KUBECONFIG", tested.kubeconfig().toString(), "HOME", folder.toString());
    List<String[]> commands =
        List.of(
            new String[] {"list", "-n", "nowhere"},
            new String[] {"status", "bot", "-n", "nowhere"},
            new String[] {"logs", "bot", "-n", "nowhere"},
            new String[] {"delete", "bot", "-n", "nowhere", "--yes"},
            create("-n", "nowhere"));
    for (String[] command : commands) {
      Typed typed = Typed.command(admin, command);
      assertThat(typed.status()).as(String.join(" ", command)).isEqualTo(ExitCode.CLUSTER.code());
      assertThat(typed.err())
          .as(String.join(" ", command))
          .contains("there is no namespace 'nowhere' (404)")
          .contains("kubectl create namespace nowhere");
    }
  }
}
