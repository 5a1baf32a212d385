package io.kubetune.cli.watch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.CutProxy;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ten thousand lines while the way to the API server is cut again and again: none is lost, none
/// comes twice.
class ExactLogTest {
  private static final int LINES = 10_000;

  /// Bursts of lines, to stdout and stderr by turns, which reach the log by two ways.
  private static final String WRITER =
      """
      b=0
      while [ $b -lt 100 ]; do
        i=1
        while [ $i -le 50 ]; do
          echo "out $((b * 50 + i))"; echo "err $((b * 50 + i))" >&2
          i=$((i + 1))
        done
        b=$((b + 1)); sleep 0.15
      done
      """;

  private final TestCluster tested = TestCluster.requireKubelet();

  @TempDir private Path folder;

  @Test
  void cutsAtRandomMomentsLoseAndDoubleNoLine() throws Exception {
    try (TestNamespace namespace = tested.namespace("exact");
        CutProxy proxy = CutProxy.open(tested)) {
      new ScriptedRun("bot").trainer(WRITER).apply(tested, namespace, folder);
      Map<String, String> environment =
          Map.of("KUBECONFIG", proxy.kubeconfig(folder).toString(), "HOME", folder.toString());
      CompletableFuture<Typed> following =
          CompletableFuture.supplyAsync(
              () ->
                  Typed.command(environment, "logs", "-f", "--raw", "bot", "-n", namespace.name()),
              // Not in the common pool, which the client needs: it has one thread on two cores.
              task -> Thread.ofPlatform().start(task));
      Random random = new Random(5);
      while (!following.isDone()) {
        TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(2_000));
        proxy.cut();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
        proxy.restore();
      }
      Typed typed = following.get(1, TimeUnit.SECONDS);
      assertThat(typed.status()).as(typed.err()).isZero();
      List<String> lines = typed.out().lines().toList();
      assertThat(of(lines, "out ")).isEqualTo(numbered("out "));
      assertThat(of(lines, "err ")).isEqualTo(numbered("err "));
      assertThat(lines).hasSize(LINES);
    }
  }

  private static List<String> of(List<String> lines, String start) {
    return lines.stream().filter(line -> line.startsWith(start)).toList();
  }

  private static List<String> numbered(String start) {
    return IntStream.rangeClosed(1, LINES / 2).mapToObj(i -> start + i).toList();
  }

  @Test
  void aLineLongerThanTheKubeletsBufferIsWhole() throws Exception {
    try (TestNamespace namespace = tested.namespace("long")) {
      new ScriptedRun("bot")
          .trainer(
              """
              s=0123456789abcdef; i=0
              while [ $i -lt 12 ]; do s="$s$s"; i=$((i + 1)); done
              echo "${s}end"; echo after; printf 'no line break'
              """)
          .apply(tested, namespace, folder);
      Map<String, String> environment =
          Map.of("KUBECONFIG", tested.kubeconfig().toString(), "HOME", folder.toString());
      Typed typed =
          Typed.command(environment, "logs", "-f", "--raw", "bot", "-n", namespace.name());
      assertThat(typed.out().lines().map(String::length)).containsExactly((16 << 12) + 3, 5, 13);
    }
  }
}
