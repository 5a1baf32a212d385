package io.kubetune.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.kubetune.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `-v` shows of Secrets that go to and come from a real API server.
class VerboseClusterTest {
  private static final String PLAIN = "s3cret-of-mine";
  private static final String ENCODED =
      Base64.getEncoder().encodeToString(PLAIN.getBytes(StandardCharsets.UTF_8));

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  private Cluster connected(TestCluster cluster, int level) {
    PrintStream screen = new PrintStream(shown, true, StandardCharsets.UTF_8);
    return Cluster.connect(
        TypedFlags.of("--kubeconfig=" + cluster.kubeconfig()),
        Map.of(),
        Terminal.plain(screen, screen, InputStream.nullInputStream()).withVerbosity(level));
  }

  private String shown() {
    return shown.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7, 8, 9})
  void noValueOfASecretIsShownAtAnyLevelOnAnyWay(int level) {
    TestCluster tests = TestCluster.require();
    try (TestNamespace namespace = tests.namespace("hidden");
        Cluster cluster = connected(tests, level)) {
      KubernetesClient client = cluster.client();
      Secret secret =
          new SecretBuilder()
              .withNewMetadata()
              .withName("mine")
              .addToAnnotations(
                  "kubectl.kubernetes.io/last-applied-configuration",
                  "{\"kind\":\"Secret\",\"data\":{\"plain\":\"" + ENCODED + "\"}}")
              .endMetadata()
              .addToStringData("plain", PLAIN)
              .build();
      var secrets = client.secrets().inNamespace(namespace.name());
      secrets.resource(secret).create();
      secrets.withName("mine").get();
      secrets.list();
      secrets
          .withName("mine")
          .patch(
              PatchContext.of(PatchType.JSON),
              "[{\"op\":\"replace\",\"path\":\"/data/plain\",\"value\":\"" + ENCODED + "\"}]");
      secrets
          .withName("mine")
          .patch(
              PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"plain\":\"" + ENCODED + "\"}}");
      client
          .configMaps()
          .inNamespace(namespace.name())
          .resource(
              new ConfigMapBuilder()
                  .withNewMetadata()
                  .withName("open")
                  .endMetadata()
                  .addToData("server.key", PLAIN)
                  .addToData("hub-token", PLAIN)
                  .addToData("settings", "{\"password\":\"" + PLAIN + "\",\"rank\":16}")
                  .addToData("manifest", "kind: Secret\nstringData:\n  plain: " + PLAIN + "\n")
                  .addToData("notes", "rank 16, password: " + PLAIN)
                  .build())
          .serverSideApply();

      String all = shown();
      assertThat(all).contains("POST ", "/secrets 201 in ", "PATCH ");
      assertThat(all).doesNotContain(PLAIN, ENCODED);
      if (level >= 8) {
        assertThat(all)
            .containsPattern("POST \\S+/secrets was sent [\\d,]+ bytes:\n")
            .containsPattern("GET \\S+/secrets\\S* answered [\\d,]+ bytes:\n")
            .contains("\"kind\":\"SecretList\"", "\"plain\":\"(hidden)\"")
            .contains("\"server.key\":\"(hidden)\"", "rank 16, password: (hidden)");
      }
    }
  }

  @Test
  void bodiesAreShownFromEightOnAndTheClientStillReadsThem() {
    TestCluster tests = TestCluster.require();
    try (TestNamespace namespace = tests.namespace("bodies");
        Cluster seven = connected(tests, 7);
        Cluster nine = connected(tests, 9)) {
      String text = "value ".repeat(500) + "END";
      Map<String, String> data = Map.of("text", text);

      seven
          .client()
          .configMaps()
          .inNamespace(namespace.name())
          .resource(
              new ConfigMapBuilder()
                  .withNewMetadata()
                  .withName("long")
                  .endMetadata()
                  .withData(data)
                  .build())
          .create();
      assertThat(shown()).doesNotContain("value value", " bytes");
      assertThat(
              nine.client()
                  .configMaps()
                  .inNamespace(namespace.name())
                  .withName("long")
                  .get()
                  .getData())
          .isEqualTo(data);
      awaitShown(text); // by the thread that read the end of the body
    }
  }

  private void awaitShown(String text) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (!shown().contains(text) && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(shown()).contains(text);
  }
}
