package io.kubetune.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Programs that log people in (`exec` in a kubeconfig), with real scripts on the real API server.
class CredentialPluginTest {
  private final TestCluster tested = TestCluster.require();
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final Terminal terminal =
      Terminal.plain(
          new PrintStream(new ByteArrayOutputStream()),
          new PrintStream(shown),
          InputStream.nullInputStream());

  @TempDir private Path folder;

  /// A kubeconfig whose user runs this script, which stands beside it; `TOKEN` is one that is good.
  private Path kubeconfig(String script, String more) throws Exception {
    String viewer = Files.readString(tested.viewerKubeconfig());
    String token = viewer.replaceAll("(?s).*token: ([^ }]+).*", "$1");
    Path program = folder.resolve("login");
    Files.writeString(program, "#!/bin/sh\n" + script.replace("TOKEN", token));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return Files.writeString(
        folder.resolve("config"),
        viewer.replaceAll(
            "user: \\{token: [^ }]+}",
            "user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login,"
                + " interactiveMode: IfAvailable, env: [{name: WHO, value: me}]"
                + more
                + "}}"));
  }

  private static String credential(String status) {
    return "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":"
        + status
        + "}'\n";
  }

  private Cluster connect(Path kubeconfig) {
    return Cluster.connect(
        TypedFlags.of("--kubeconfig=" + kubeconfig),
        Map.of("PATH", System.getenv("PATH"), "SURROUNDING", "kept"),
        terminal);
  }

  private int pods(Cluster cluster) {
    return cluster.ask(
        "can't list the pods",
        () -> cluster.client().pods().inNamespace("default").list().getItems().size());
  }

  @Test
  void itsTokenLogsInAndItsWordsAreShown() throws Exception {
    Path kubeconfig =
        kubeconfig(
            "echo \"Open the page and enter ABC-123, $WHO\" >&2\n"
                + credential("{\"token\":\"TOKEN\"}"),
            "");
    try (Cluster cluster = connect(kubeconfig)) {
      assertThat(pods(cluster)).isNotNegative();
    }
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .isEqualTo("Open the page and enter ABC-123, me\n");
  }

  @Test
  void itIsToldAboutTheClusterWhereItWantsToKnow() throws Exception {
    Path kubeconfig =
        kubeconfig(
            "printf %s \"$KUBERNETES_EXEC_INFO\" >\"${0%/*}/info\"\n"
                + credential("{\"token\":\"TOKEN\"}"),
            ", provideClusterInfo: true");
    try (Cluster cluster = connect(kubeconfig)) {
      JsonNode spec = Json.MAPPER.readTree(Files.readString(folder.resolve("info"))).path("spec");
      assertThat(spec.path("interactive").asBoolean()).isFalse();
      assertThat(spec.path("cluster").path("server").asString()).isEqualTo(cluster.server());
      assertThat(spec.path("cluster").path("certificate-authority-data").asString())
          .startsWith("LS0t");
    }
  }

  @Test
  void aTokenThatHasExpiredOrIsRefusedIsFetchedAnew() throws Exception {
    // Each start counts; the first token is one the API server does not know.
    String count = "echo x >>\"${0%/*}/starts\"\n[ $(wc -l <\"${0%/*}/starts\") = 1 ] && ";
    Path kubeconfig =
        kubeconfig(
            count
                + "{ "
                + credential("{\"token\":\"revoked\"}")
                + "exit; }\n"
                + credential(
                    "{\"token\":\"TOKEN\",\"expirationTimestamp\":\"2026-01-01T00:00:00Z\"}"),
            "");
    try (Cluster cluster = connect(kubeconfig)) {
      assertThat(pods(cluster)).isNotNegative();
      assertThat(Files.readAllLines(folder.resolve("starts"))).hasSize(2);
      assertThat(pods(cluster)).isNotNegative();
      assertThat(Files.readAllLines(folder.resolve("starts"))).hasSize(3);
    }
  }

  @Test
  void aLoginThatStaysRefusedSaysHowToLogInAgain() throws Exception {
    Path kubeconfig = kubeconfig(credential("{\"token\":\"s3cret-revoked\"}"), "");
    try (Cluster cluster = connect(kubeconfig)) {
      TuneException told = catchThrowableOfType(TuneException.class, () -> pods(cluster));
      assertThat(told.problems().toString())
          .contains("the token of the credential plugin " + folder + "/login", "(401)")
          .contains("log in again");
      assertThat(everythingOf(told)).doesNotContain("s3cret-revoked");
    }
  }

  @Test
  void itsFailureIsToldWithWhatItSaidAndWithoutTheToken() throws Exception {
    Path kubeconfig =
        kubeconfig("echo s3cret-token\necho 'session expired: run az login' >&2\nexit 3\n", "");
    TuneException told =
        catchThrowableOfType(TuneException.class, () -> connect(kubeconfig).close());
    assertThat(told.getMessage()).isEqualTo("can't log in to the cluster as 'viewer'");
    assertThat(told.problems().toString())
        .contains("credential plugin " + folder + "/login: it ended with status 3");
    assertThat(shown.toString(StandardCharsets.UTF_8)).contains("session expired: run az login");
    assertThat(everythingOf(told)).doesNotContain("s3cret-token");
    TuneException unwatched =
        catchThrowableOfType(
            TuneException.class,
            () ->
                Cluster.connect(
                        TypedFlags.of("--kubeconfig=" + kubeconfig),
                        Map.of("PATH", System.getenv("PATH")))
                    .close());
    assertThat(unwatched.problems().toString()).contains("session expired: run az login");
  }

  @Test
  void anAnswerThatIsNoCredentialIsNotRepeated() throws Exception {
    for (String answer :
        new String[] {
          "echo s3cret-token\n",
          "echo '{\"apiVersion\":\"v2\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"s3cret-token\"}}'\n",
          credential("{}")
        }) {
      TuneException told =
          catchThrowableOfType(TuneException.class, () -> connect(kubeconfig(answer, "")).close());
      assertThat(told.problems().toString()).contains("answer").doesNotContain("s3cret");
      assertThat(everythingOf(told)).doesNotContain("s3cret-token");
    }
  }

  @Test
  void aProgramThatIsNotThereSaysHowToInstallIt() throws Exception {
    Path kubeconfig = kubeconfig("", ", installHint: 'get it from example.com'");
    Files.delete(folder.resolve("login"));
    TuneException told =
        catchThrowableOfType(TuneException.class, () -> connect(kubeconfig).close());
    assertThat(told.problems().toString())
        .contains("it can't be started", "get it from example.com");
  }

  @Test
  void aProgramThatAlwaysAsksIsNotStartedWithoutATerminal() throws Exception {
    Path kubeconfig = kubeconfig("touch \"${0%/*}/started\"\n", "");
    Files.writeString(kubeconfig, Files.readString(kubeconfig).replace("IfAvailable", "Always"));
    TuneException told =
        catchThrowableOfType(TuneException.class, () -> connect(kubeconfig).close());
    assertThat(told.problems().toString()).contains("stdin is no terminal");
    assertThat(folder.resolve("started")).doesNotExist();
  }

  private static String everythingOf(TuneException told) {
    StringWriter text = new StringWriter();
    told.printStackTrace(new PrintWriter(text));
    return text + told.problems().toString();
  }
}
