package io.kubetune.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.registry.Tool;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Roles that the README tells administrators to apply are valid and give no more than they
/// say.
class DocumentedRoleTest {
  private static final Path RBAC = Path.of(System.getProperty("kubetune.root"), "templates/rbac");

  private final TestCluster tested = TestCluster.require();

  @TempDir private Path folder;

  @Test
  void theApiServerTakesBothFiles() throws Exception {
    for (String file : List.of("kubectl-tune-user.yaml", "kubectl-tune-cluster.yaml")) {
      assertThat(
              tested.kubectl(
                  "apply",
                  "--dry-run=server",
                  "--validate=strict",
                  "-f",
                  RBAC.resolve(file).toString()))
          .hasLineCount(2);
    }
  }

  @Test
  void theUserMayDoWhatRunsNeedInTheirNamespaceAndNothingElse() throws Exception {
    try (TestNamespace namespace = tested.namespace("role")) {
      Path kubeconfig = TunerAccount.kubeconfig(tested, namespace, folder);
      for (String may :
          List.of(
              "create jobs.batch",
              "patch configmaps",
              "get pods/log",
              "watch events",
              "delete workspaces.kaito.sh")) {
        assertThat(may(kubeconfig, may)).as(may).isTrue();
      }
      for (String mayNot :
          List.of(
              "get secrets",
              "create pods",
              "delete pods",
              "create pods/exec",
              "list nodes",
              "patch roles.rbac.authorization.k8s.io",
              "create jobs.batch -n default")) {
        assertThat(may(kubeconfig, mayNot)).as(mayNot).isFalse();
      }
    }
  }

  private boolean may(Path kubeconfig, String what) throws Exception {
    String answer =
        Tool.run(
            List.of(
                "/bin/sh",
                "-c",
                "%s --kubeconfig %s auth can-i %s 2>/dev/null || true"
                    .formatted(tested.kubectlProgram(), kubeconfig, what)));
    return answer.strip().equals("yes");
  }
}
