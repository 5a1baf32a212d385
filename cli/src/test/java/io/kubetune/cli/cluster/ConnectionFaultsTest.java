package io.kubetune.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.cli.registry.Tool;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Everything that keeps a person from a cluster is told in words, on the real API server.
class ConnectionFaultsTest {
  private final TestCluster tested = TestCluster.require();
  private final Map<String, String> environment =
      new HashMap<>(Map.of("KUBECONFIG", tested.kubeconfig().toString()));

  @TempDir private Path folder;

  /// What the user is told when they list pods with these flags.
  private String refusal(String... flags) {
    TuneException told =
        catchThrowableOfType(
            TuneException.class,
            () -> {
              try (Cluster cluster = Cluster.connect(TypedFlags.of(flags), environment)) {
                cluster.ask(
                    "can't list the pods",
                    () -> cluster.client().pods().inNamespace(cluster.namespace()).list());
              }
            });
    assertThat(told).as("nothing was refused").isNotNull();
    assertThat(told.exitCode()).isEqualTo(ExitCode.CLUSTER);
    return told.getMessage()
        + told.problems().stream().map(each -> "\n" + each).collect(Collectors.joining());
  }

  @Test
  void noKubeconfig() {
    environment.put("KUBECONFIG", folder.resolve("none") + ":" + folder.resolve("neither"));
    assertThat(refusal())
        .contains("can't find a cluster", folder + "/none, " + folder + "/neither")
        .contains("set KUBECONFIG or give --kubeconfig FILE");
  }

  @Test
  void aKubeconfigThatWasNamedMustBeThere() {
    assertThat(refusal("--kubeconfig=" + folder.resolve("mistyped")))
        .contains("can't read the kubeconfig", "mistyped: is not there");
  }

  @Test
  void aKubeconfigThatIsNoYaml() throws Exception {
    Path file = Files.writeString(folder.resolve("config"), "clusters: [\nnone: }");
    assertThat(refusal("--kubeconfig=" + file)).contains("can't read the kubeconfig", file + ": ");
  }

  @Test
  void contextClusterAndUserThatAreNotThereAreNamedWithTheNearest() {
    assertThat(refusal("--context=kubetst"))
        .contains("can't find the context 'kubetst'", "did you mean kubetest?");
    assertThat(refusal("--cluster=other")).contains("can't find the cluster 'other'", "kubetest");
    assertThat(refusal("--user=bob")).contains("can't find the user 'bob'", "admin");
  }

  @Test
  void aServerThatDoesNotListen() throws Exception {
    try (CutProxy proxy = CutProxy.open(tested)) {
      environment.put("KUBECONFIG", proxy.kubeconfig(folder).toString());
      proxy.cut();
      assertThat(refusal())
          .contains("can't list the pods", proxy.url(), "context kubetest of " + folder)
          .contains("can't be reached", "is the cluster running?");
    }
  }

  @Test
  void aServerThatNeverAnswersIsGivenUpWithinTenSeconds() throws Exception {
    try (CutProxy proxy = CutProxy.open(tested)) {
      environment.put("KUBECONFIG", proxy.kubeconfig(folder).toString());
      proxy.freeze();
      Instant began = Instant.now();
      assertThat(refusal()).contains(proxy.url(), "context kubetest", "no connection within 7 s");
      assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void aRequestThatTakesLongerThanItsTimeout() throws Exception {
    try (CutProxy proxy = CutProxy.open(tested);
        Cluster cluster =
            Cluster.connect(
                TypedFlags.of("--kubeconfig=" + proxy.kubeconfig(folder), "--request-timeout=1S"),
                environment)) {
      assertThat(cluster.client().pods().inNamespace("default").list()).isNotNull();
      proxy.freeze();
      TuneException told =
          catchThrowableOfType(
              TuneException.class,
              () -> cluster.ask("can't list", () -> cluster.client().namespaces().list()));
      assertThat(told.problems().toString()).contains("no answer in time", "--request-timeout");
    }
  }

  @Test
  void aHostThatHasNoAddress() {
    assertThat(refusal("--server=https://no-such-host.invalid:6443"))
        .contains("https://no-such-host.invalid:6443 (--server): no host of that name");
  }

  @Test
  void aServerThatSpeaksNoTls() throws Exception {
    String server = server();
    assertThat(refusal("--server=" + server.replace("https://", "http://"))).contains("(400)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"not a url", "https://", "ftp://example.com", "::::", "http:///x"})
  void aServerThatIsNoAddress(String server) {
    assertThat(refusal("--server=" + server))
        .contains("--server", "'" + server + "' is no address");
  }

  @Test
  void theWrongCertificateAuthority() throws Exception {
    Path other = newCertificate("other-ca");
    assertThat(refusal("--certificate-authority=" + other))
        .contains("not signed by the authority that the kubeconfig trusts")
        .contains("--certificate-authority FILE");
  }

  @Test
  void aCertificateForAnotherName() {
    assertThat(refusal("--tls-server-name=elsewhere.example"))
        .contains("certificate is for another name", "elsewhere.example", "--tls-server-name");
  }

  @Test
  void certificateFilesThatAreNotThereAreAllNamedAtOnce() {
    assertThat(
            refusal(
                "--certificate-authority=/no/ca.crt",
                "--client-certificate=/no/me.crt",
                "--client-key=/no/me.key"))
        .contains("certificate-authority /no/ca.crt: is not there")
        .contains("client-certificate /no/me.crt: is not there")
        .contains("client-key /no/me.key: is not there");
  }

  @Test
  void anExpiredTokenSaysSinceWhenAndHowToLogInAgain() throws Exception {
    // As kubectl: the certificate of a kubeconfig goes before a token that was typed.
    environment.put("KUBECONFIG", tested.viewerKubeconfig().toString());
    String claims = "{\"exp\":1700000000,\"sub\":\"bob\"}";
    String token =
        "e30."
            + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes())
            + ".c2ln";
    assertThat(refusal("--token=" + token))
        .contains("the credentials given by --token expired at 2023-11-14T22:13:20Z (401)")
        .doesNotContain(token);
    Path kubeconfig =
        Files.writeString(
            folder.resolve("config"),
            Files.readString(tested.viewerKubeconfig())
                .replaceAll("token: [^ }]*", "token: " + token));
    assertThat(refusal("--kubeconfig=" + kubeconfig))
        .contains("the credentials of user 'viewer' expired at 2023-11-14T22:13:20Z (401)")
        .contains("kubectl config set-credentials viewer --token=TOKEN")
        .doesNotContain(token);
  }

  @Test
  void aForbiddenVerbNamesItAndTheRoleThatWouldHelp() throws Exception {
    environment.put("KUBECONFIG", tested.viewerKubeconfig().toString());
    assertThat(refusal("--namespace=restricted"))
        .contains("context kubetest: 'viewer' may not list pods in namespace restricted (403)")
        .contains("kubectl create role kubectl-tune --verb=list --resource=pods -n restricted")
        .contains(
            "kubectl create rolebinding kubectl-tune --role=kubectl-tune --user=viewer -n restricted");
  }

  /// The commands that an administrator is told to run are right, and they help.
  @Test
  void theRoleThatIsNamedHelps() throws Exception {
    try (TestNamespace namespace = tested.namespace("role")) {
      String[] flags = {"--namespace=" + namespace.name(), "--as=bob"};
      String told = refusal(flags);
      for (String command : told.lines().filter(line -> line.startsWith("  kubectl")).toList()) {
        tested.kubectl(command.strip().replaceFirst("kubectl ", "").split(" "));
      }
      try (Cluster cluster = Cluster.connect(TypedFlags.of(flags), environment)) {
        assertThat(cluster.client().pods().inNamespace(namespace.name()).list()).isNotNull();
      }
    }
  }

  @Test
  void aNamespaceThatIsNotThere() {
    try (Cluster cluster =
        Cluster.connect(TypedFlags.of("--namespace=no-such-namespace"), environment)) {
      TuneException told =
          catchThrowableOfType(
              TuneException.class, () -> cluster.requireNamespace("can't list the runs"));
      assertThat(told.problems().toString())
          .contains("there is no namespace 'no-such-namespace' (404)")
          .contains("choose another by -n", "kubectl create namespace no-such-namespace");
    }
    environment.put("KUBECONFIG", tested.viewerKubeconfig().toString());
    try (Cluster cluster =
        Cluster.connect(TypedFlags.of("--namespace=no-such-namespace"), environment)) {
      // Who may not ask for namespaces is not told that they lack one.
      cluster.requireNamespace("can't list the runs");
    }
  }

  private String server() throws Exception {
    try (Cluster cluster = Cluster.connect(ClusterFlags.NONE, environment)) {
      return cluster.server();
    }
  }

  private Path newCertificate(String name) throws Exception {
    Path file = folder.resolve(name + ".crt");
    Tool.run(
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=" + name,
            "-keyout",
            folder.resolve(name + ".key").toString(),
            "-out",
            file.toString()));
    return file;
  }
}
