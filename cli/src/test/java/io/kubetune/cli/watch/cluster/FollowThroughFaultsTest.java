package io.kubetune.cli.watch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.CutProxy;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `logs -f` of a real pod, whatever happens to the way to the API server: every line once.
class FollowThroughFaultsTest {
  private static final int LINES = 50;

  private final TestCluster tested = TestCluster.requireKubelet();

  @TempDir private Path folder;

  private void createRun(TestNamespace namespace) throws Exception {
    new ScriptedRun("bot")
        .trainer(
            "i=1; while [ $i -le %d ]; do echo line $i; i=$((i + 1)); sleep 0.2; done"
                .formatted(LINES))
        .apply(tested, namespace, folder);
    tested.kubectl(
        "wait",
        "job/bot",
        "-n",
        namespace.name(),
        "--for=jsonpath={.status.ready}=1",
        "--timeout=60s");
  }

  private interface Fault {
    void strike(CutProxy proxy) throws Exception;
  }

  private Typed everyLineOnceThrough(Fault fault) throws Exception {
    try (TestNamespace namespace = tested.namespace("follow");
        CutProxy proxy = CutProxy.open(tested)) {
      createRun(namespace);
      Map<String, String> environment =
          Map.of("KUBECONFIG", proxy.kubeconfig(folder).toString(), "HOME", folder.toString());
      CompletableFuture<Typed> following =
          CompletableFuture.supplyAsync(
              () ->
                  Typed.command(environment, "logs", "-f", "--raw", "bot", "-n", namespace.name()),
              // Not in the common pool, which the client needs: it has one thread on two cores.
              task -> Thread.ofPlatform().start(task));
      // One for questions, one for the log.
      while (proxy.connections() < 2 && !following.isDone()) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
      TimeUnit.SECONDS.sleep(2);
      fault.strike(proxy);
      Typed typed = following.get(120, TimeUnit.SECONDS);
      assertThat(typed.status()).as(typed.err()).isZero();
      List<String> lines = typed.out().lines().filter(line -> line.startsWith("line ")).toList();
      assertThat(lines)
          .isEqualTo(IntStream.rangeClosed(1, LINES).mapToObj(i -> "line " + i).toList());
      return typed;
    }
  }

  @Test
  void theApiServerRestarts() throws Exception {
    everyLineOnceThrough(proxy -> {
      proxy.cut();
      TimeUnit.SECONDS.sleep(4);
      proxy.restore();
    });
  }

  @Test
  void theApiServerIsStoppedForAMinuteUntilTheRunIsOver() throws Exception {
    everyLineOnceThrough(proxy -> {
      proxy.cut();
      TimeUnit.SECONDS.sleep(60);
      proxy.restore();
    });
  }

  @Test
  void theNetworkIsGoneForAWhileAndThatIsSaidOnce() throws Exception {
    Typed typed =
        everyLineOnceThrough(proxy -> {
          proxy.freeze();
          TimeUnit.SECONDS.sleep(20);
          proxy.thaw();
        });
    assertThat(typed.err())
        .isEqualTo(
            """
            the API server has not answered for 10 s; trying again, the run goes on
            the API server answers again
            """);
  }

  @Test
  void aRouterForgetsTheConnections() throws Exception {
    everyLineOnceThrough(CutProxy::forget);
  }
}
