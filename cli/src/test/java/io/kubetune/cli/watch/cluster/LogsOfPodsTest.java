package io.kubetune.cli.watch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.contract.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `logs` of a run of two real pods: the first ended with the trainer's "resume me" and was
/// replaced.
class LogsOfPodsTest {
  /// The second pod knows by a folder of the node that it is one: a clock would be wrong on a slow
  /// machine.
  private static final String TRAINER =
      """
      echo 'started in '$HOSTNAME
      echo '%s'
      echo 'talk to stderr' >&2
      sleep 2
      if mkdir /node/replaced 2>/dev/null; then echo '%s'; exit 75; fi
      echo '%s'
      """;

  private static TestCluster tested;
  private static TestNamespace namespace;
  private static Typed followed;

  @TempDir private static Path folder;

  @BeforeAll
  static void follow() throws Exception {
    tested = TestCluster.requireKubelet();
    namespace = tested.namespace("logs");
    new ScriptedRun("bot")
        .downloader(
            "echo '{\"event\":\"downloading\",\"time\":\"2026-11-25T10:00:00.000Z\",\"bytes\":5,\"total_bytes\":9}'")
        .trainer(
            TRAINER.formatted(
                ScriptedRun.step(1, 3, 2.5),
                ScriptedRun.step(2, 3, 2.0),
                ScriptedRun.step(3, 3, 1.5)))
        .publisher("echo 'published'")
        .nodeFolder(Files.createDirectory(folder.resolve("node")))
        .apply(tested, namespace, folder);
    followed = logs("-f", "bot");
  }

  @AfterAll
  static void delete() {
    if (namespace != null) {
      namespace.close();
    }
  }

  private static Typed logs(String... arguments) {
    return Typed.command(
        Map.of("KUBECONFIG", tested.kubeconfig().toString(), "HOME", folder.toString()),
        Stream.concat(Stream.of("logs", "-n", namespace.name()), Stream.of(arguments))
            .toArray(String[]::new));
  }

  @Test
  void aReplacedPodIsToldAndFollowed() {
    assertThat(followed.status()).as(followed.err()).isZero();
    assertThat(followed.out())
        .contains("step 1/3  loss 2.5000", "step 3/3  loss 1.5000")
        .contains("pod 2: the one before ended: trainer ended with exit code 75")
        .endsWith("Succeeded\n");
  }

  @Test
  void podsAreToldOneAfterTheOtherHoweverLateOneLooks() {
    Typed late = logs("-f", "--all-pods", "bot");
    List<String> origins =
        late.out().lines().map(line -> line.replaceFirst("] .*", "]")).distinct().toList();
    assertThat(origins).as(late.out()).hasSize(6);
    assertThat(origins.get(0)).endsWith("/data-downloader]");
    assertThat(origins.get(1)).endsWith("/trainer]");
    assertThat(origins.get(2)).endsWith("/publisher]");
    assertThat(origins.get(3)).endsWith("/data-downloader]");
    assertThat(origins.get(0)).matches("\\[pod/bot-[a-z0-9]+/data-downloader]");
    // Every line of a container stands with the others of it.
    List<String> runs = late.out().lines().map(line -> line.replaceFirst("] .*", "]")).toList();
    assertThat(runs).isSortedAccordingTo(Comparator.comparingInt(origins::indexOf));
  }

  @Test
  void followingTellsTheSameAsNotFollowing() {
    assertThat(logs("-f", "bot").out()).isEqualTo(logs("bot").out() + "Succeeded\n");
  }

  @Test
  void rawIsWhatTheTrainersWrote() {
    assertThat(logs("bot", "--raw").out().lines().filter(line -> !line.startsWith("{")))
        .hasSize(4)
        .contains("talk to stderr")
        .noneMatch("published"::equals);
  }

  @Test
  void jsonIsEventsAlone() {
    assertThat(logs("bot", "-o", "json").out().lines())
        .containsExactly(
            ScriptedRun.step(1, 3, 2.5),
            ScriptedRun.step(2, 3, 2.0),
            ScriptedRun.step(1, 3, 2.5),
            ScriptedRun.step(3, 3, 1.5));
  }

  @Test
  void timestampsAreTheKubelets() {
    assertThat(logs("bot", "--timestamps").out().lines())
        .allMatch(line -> line.matches("20[0-9T:.-]+Z .*"));
  }

  @Test
  void tailIsOfEachContainer() {
    assertThat(logs("bot", "--raw", "--tail", "1").out().lines())
        .containsExactly(ScriptedRun.step(2, 3, 2.0), ScriptedRun.step(3, 3, 1.5));
    assertThat(logs("-f", "bot", "--raw", "--tail", "1").out().lines()).hasSize(2);
    assertThat(logs("bot", "--raw", "--tail", "0").out()).isEmpty();
  }

  @Test
  void sinceLeavesOutWhatIsOlder() {
    assertThat(logs("bot", "--raw", "--since", "1h", "--tail", "1").out().lines()).hasSize(2);
    assertThat(logs("bot", "--raw", "--since", "0s").out()).isEmpty();
  }

  @Test
  void previousIsWhatReplacedPodsWrote() {
    assertThat(logs("bot", "--previous", "--raw").out())
        .contains(ScriptedRun.step(2, 3, 2.0))
        .doesNotContain(ScriptedRun.step(3, 3, 1.5));
    assertThat(logs("-f", "bot", "--previous").status()).isEqualTo(ExitCode.USAGE.code());
  }

  @Test
  void aRunThatFailedEndsTheFollowingWithItsCode() throws Exception {
    new ScriptedRun("bad").trainer("echo 'no such row'; exit 5").apply(tested, namespace, folder);
    Typed typed = logs("-f", "bad");
    assertThat(typed.status()).as(typed.out() + typed.err()).isEqualTo(5);
    assertThat(typed.out()).endsWith("Failed\n");
  }

  @Test
  void whyThereAreNoLogsYetIsSaid() throws Exception {
    new ScriptedRun("early")
        .image(tested.registry() + "/no/such:1")
        .trainer("true")
        .apply(tested, namespace, folder);
    Typed typed = logs("early", "--raw");
    assertThat(typed.status()).isZero();
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err()).contains("no logs yet: the run is Pending");
  }
}
