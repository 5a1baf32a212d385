package io.kubetune.cli.watch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.CutProxy;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import java.nio.file.Files;
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

  /// A run as `create` makes it, whose trainer says a line every 200 ms.
  private void createRun(TestNamespace namespace) throws Exception {
    String job =
        """
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: bot
          labels: &labels {app.kubernetes.io/managed-by: kubectl-tune, tune.kubetune.io/run: bot}
        spec:
          backoffLimit: 0
          template:
            metadata: {labels: *labels}
            spec:
              restartPolicy: Never
              containers:
              - name: trainer
                image: %s
                args: [-c, "i=1; while [ $i -le %d ]; do echo line $i; i=$((i + 1)); sleep 0.2; done"]
        """
            .formatted(tested.shellImage(), LINES);
    tested.kubectl(
        "apply",
        "-n",
        namespace.name(),
        "-f",
        Files.writeString(folder.resolve("job.yaml"), job).toString());
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

  private void everyLineOnceThrough(Fault fault) throws Exception {
    try (TestNamespace namespace = tested.namespace("follow");
        CutProxy proxy = CutProxy.open(tested)) {
      createRun(namespace);
      Map<String, String> environment =
          Map.of("KUBECONFIG", proxy.kubeconfig(folder).toString(), "HOME", folder.toString());
      CompletableFuture<Typed> following =
          CompletableFuture.supplyAsync(() ->
              Typed.command(
                  environment,
                  "logs",
                  "-f",
                  "--raw",
                  "bot",
                  "-n",
                  namespace.name(),
                  "--request-timeout=5s"));
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
  void theApiServerIsStoppedUntilTheRunIsOver() throws Exception {
    everyLineOnceThrough(proxy -> {
      proxy.cut();
      TimeUnit.SECONDS.sleep(15);
      proxy.restore();
    });
  }

  @Test
  void theNetworkIsGoneForAWhile() throws Exception {
    everyLineOnceThrough(proxy -> {
      proxy.freeze();
      TimeUnit.SECONDS.sleep(10);
      proxy.thaw();
    });
  }

  @Test
  void aRouterForgetsTheConnections() throws Exception {
    everyLineOnceThrough(CutProxy::forget);
  }
}
