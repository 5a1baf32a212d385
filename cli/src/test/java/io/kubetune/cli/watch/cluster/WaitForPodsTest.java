package io.kubetune.cli.watch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.CutProxy;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.contract.ExitCode;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `wait` for runs of real pods.
class WaitForPodsTest {
  private final TestCluster tested = TestCluster.requireKubelet();
  private final TestNamespace namespace = tested.namespace("wait");

  @TempDir private Path folder;

  @AfterEach
  void delete() {
    namespace.close();
  }

  private Typed await(Path kubeconfig, String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "wait";
    all[1] = "-n";
    all[2] = namespace.name();
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Typed.command(
        Map.of("KUBECONFIG", kubeconfig.toString(), "HOME", folder.toString()), all);
  }

  private void run(String script) throws Exception {
    new ScriptedRun("bot").trainer(script).apply(tested, namespace, folder);
  }

  @Test
  void aFailedRunEndsWithItsCodeAndWithZeroWhereAnyEndWillDo() throws Exception {
    run("exit 5");
    assertThat(await(tested.kubeconfig(), "bot", "--timeout=60s").status()).isEqualTo(5);
    assertThat(await(tested.kubeconfig(), "job/bot", "--for=end").status()).isZero();
  }

  @Test
  void aRunThatTakesTooLongIsGivenUp() throws Exception {
    run("sleep 60");
    Typed typed = await(tested.kubeconfig(), "bot", "--timeout=2s");
    assertThat(typed.status()).isEqualTo(ExitCode.TIMEOUT.code());
    assertThat(typed.err()).contains("kubectl tune status bot");
  }

  @Test
  void aRunThatIsDeletedIsWaitedForNoLonger() throws Exception {
    run("sleep 60");
    CompletableFuture<Typed> waiting =
        CompletableFuture.supplyAsync(
            () -> await(tested.kubeconfig(), "bot"), task -> Thread.ofPlatform().start(task));
    TimeUnit.SECONDS.sleep(3);
    tested.kubectl("delete", "job", "bot", "-n", namespace.name());
    Typed typed = waiting.get(60, TimeUnit.SECONDS);
    assertThat(typed.status()).isEqualTo(ExitCode.NOT_FOUND.code());
    assertThat(typed.err()).contains("it was deleted");
  }

  @Test
  void anApiServerThatIsAwayForAWhileEndsNoWaiting() throws Exception {
    run("sleep 12");
    try (CutProxy proxy = CutProxy.open(tested)) {
      Path kubeconfig = proxy.kubeconfig(folder);
      CompletableFuture<Typed> waiting =
          CompletableFuture.supplyAsync(
              () -> await(kubeconfig, "bot"), task -> Thread.ofPlatform().start(task));
      TimeUnit.SECONDS.sleep(5);
      proxy.cut();
      TimeUnit.SECONDS.sleep(8);
      proxy.restore();
      Typed typed = waiting.get(60, TimeUnit.SECONDS);
      assertThat(typed.status()).as(typed.err()).isZero();
      assertThat(typed.err()).contains("job.batch/bot: Succeeded");
    }
  }
}
