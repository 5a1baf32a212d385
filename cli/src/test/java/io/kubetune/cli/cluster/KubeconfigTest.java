package io.kubetune.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.kubetune.cli.registry.Tool;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Flags and kubeconfigs lead to the cluster and the user that kubectl comes to with the same ones.
class KubeconfigTest {
  private final TestCluster tested = TestCluster.require();
  private final Map<String, String> environment =
      new HashMap<>(Map.of("KUBECONFIG", tested.kubeconfig().toString()));

  @TempDir private Path folder;

  /// Who the API server says we are.
  private UserInfo whoami(String... flags) {
    try (Cluster cluster = Cluster.connect(TypedFlags.of(flags), environment)) {
      return cluster.ask(
          "can't ask who I am",
          () ->
              cluster
                  .client()
                  .resource(new SelfSubjectReviewBuilder().build())
                  .create()
                  .getStatus()
                  .getUserInfo());
    }
  }

  @Test
  void theFirstFileThatSaysAThingWinsAndMissingFilesArePassedOver() throws Exception {
    Path first =
        Files.writeString(
            folder.resolve("first"),
            """
            kind: Config
            current-context: mine
            contexts:
            - name: mine
              context: {cluster: kubetest, user: viewer, namespace: restricted}
            """);
    Path second =
        Files.writeString(
            folder.resolve("second"),
            Files.readString(tested.viewerKubeconfig())
                .replace("current-context: kubetest", "current-context: elsewhere"));
    environment.put(
        "KUBECONFIG",
        first + ":" + folder.resolve("none") + "::" + second + ":" + tested.kubeconfig());
    assertThat(whoami().getUsername()).isEqualTo("viewer");
    assertThat(whoami("--user=admin").getUsername()).isEqualTo("kubernetes-admin");
    try (Cluster cluster = Cluster.connect(ClusterFlags.NONE, environment)) {
      assertThat(cluster.namespace()).isEqualTo("restricted");
      assertThat(cluster.contextName()).isEqualTo("mine");
    }
    try (Cluster cluster = Cluster.connect(TypedFlags.of("--namespace=team"), environment)) {
      assertThat(cluster.namespace()).isEqualTo("team");
    }
    // As kubectl has it.
    assertThat(kubectl("config", "current-context")).isEqualTo("mine\n");
    assertThat(kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"))
        .isEqualTo("viewer");
  }

  private String kubectl(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "KUBECONFIG=" + environment.get("KUBECONFIG"),
                tested.kubectlProgram().toString()));
    command.addAll(List.of(arguments));
    return Tool.run(command);
  }

  @Test
  void certificateFilesAreRelativeToTheirKubeconfigAndKeysMayBeOfAnyKind() throws Exception {
    Path own = Files.createDirectory(folder.resolve("own"));
    String admin = Files.readString(tested.kubeconfig());
    for (String name : List.of("certificate-authority", "client-certificate", "client-key")) {
      String data = admin.replaceAll("(?s).*" + name + "-data: ([^,}\\s]+).*", "$1");
      Files.write(own.resolve(name), Base64.getDecoder().decode(data));
    }
    String relative =
        admin.replaceAll(
            "(certificate-authority|client-certificate|client-key)-data: [^,}\\s]+", "$1: $1");
    environment.put("KUBECONFIG", Files.writeString(own.resolve("config"), relative).toString());
    assertThat(whoami().getUsername()).isEqualTo("kubernetes-admin");

    // The flags are relative to where the command runs, and go before the kubeconfig.
    environment.put("KUBECONFIG", tested.viewerKubeconfig().toString());
    assertThat(
            whoami(
                    "--certificate-authority=" + own.resolve("certificate-authority"),
                    "--client-certificate=" + own.resolve("client-certificate"),
                    "--client-key=" + own.resolve("client-key"))
                .getUsername())
        .isEqualTo("kubernetes-admin");
  }

  @Test
  void yamlInFlowStyleIsReadAsKubectlReadsItAndItsPathsAreRelativeToIt() throws Exception {
    Path own = Files.createDirectory(folder.resolve("own"));
    String admin = Files.readString(tested.kubeconfig());
    Files.write(
        own.resolve("ca.crt"),
        Base64.getDecoder()
            .decode(admin.replaceAll("(?s).*certificate-authority-data: ([^,}\\s\"]+).*", "$1")));
    String viewer = Files.readString(tested.viewerKubeconfig());
    Files.writeString(
        own.resolve("config"),
        """

        { apiVersion: v1, kind: Config, current-context: mine,  # quotes are not needed
          contexts: [{name: mine, context: {cluster: kubetest, user: 'me', namespace: team}}],
          clusters: [{name: kubetest, cluster: {server: "%s", certificate-authority: ca.crt}}],
          users: [{name: me, user: {token: %s}}] }
        """
            .formatted(
                admin.replaceAll("(?s).*server: \"([^\"]+)\".*", "$1"),
                viewer.replaceAll("(?s).*token: \"?([^,}\\s\"]+).*", "$1")));
    environment.put("KUBECONFIG", own.resolve("config").toString());
    assertThat(kubectl("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"))
        .isEqualTo("viewer");
    assertThat(whoami().getUsername()).isEqualTo("viewer");
    try (Cluster cluster = Cluster.connect(ClusterFlags.NONE, environment)) {
      assertThat(cluster.namespace()).isEqualTo("team");
    }
  }

  /// As `kubectl config` writes a file that nothing is left in.
  @Test
  void aFileWithoutContextsHasNoneToOffer() throws Exception {
    for (String text :
        List.of("clusters: null\ncontexts: null\nusers: null\n", "{contexts: , users: null}")) {
      Path file = Files.writeString(folder.resolve("config"), text);
      environment.put("KUBECONFIG", file + ":" + tested.kubeconfig());
      assertThat(KubeconfigNames.read(ClusterFlags.NONE, environment).contexts())
          .containsExactly("kubetest");
      assertThat(whoami().getUsername()).isEqualTo("kubernetes-admin");
    }
  }

  @Test
  void ofBrokenYamlInFlowStyleTheLineIsNamed() throws Exception {
    Path broken = Files.writeString(folder.resolve("config"), "{ kind: Config,\n  users: [ }\n");
    environment.put("KUBECONFIG", broken.toString());
    assertThatThrownBy(() -> Cluster.connect(ClusterFlags.NONE, environment))
        .hasMessageContaining("can't read the kubeconfig");
  }

  /// k3s and RKE2 make such keys for their administrators.
  @Test
  void aClientCertificateWithAKeyOnAnEllipticCurve() throws Exception {
    Path key = folder.resolve("ec.key");
    Path request = folder.resolve("ec.csr");
    Tool.run(
        List.of(
            "openssl",
            "ecparam",
            "-name",
            "prime256v1",
            "-genkey",
            "-noout",
            "-out",
            key.toString()));
    Tool.run(
        List.of(
            "openssl",
            "req",
            "-new",
            "-key",
            key.toString(),
            "-subj",
            "/O=tuners/CN=carol",
            "-out",
            request.toString()));
    String name = "carol-" + folder.getFileName().toString().toLowerCase(Locale.ROOT);
    String csr =
        """
        apiVersion: certificates.k8s.io/v1
        kind: CertificateSigningRequest
        metadata: {name: "%s"}
        spec:
          request: %s
          signerName: kubernetes.io/kube-apiserver-client
          usages: [client auth]
        """
            .formatted(name, Base64.getEncoder().encodeToString(Files.readAllBytes(request)));
    tested.kubectl("apply", "-f", Files.writeString(folder.resolve("csr.yaml"), csr).toString());
    tested.kubectl("certificate", "approve", name);
    tested.kubectl("wait", "csr", name, "--for=jsonpath={.status.certificate}", "--timeout=20s");
    String issued = tested.kubectl("get", "csr", name, "-o", "jsonpath={.status.certificate}");
    Path certificate = Files.write(folder.resolve("ec.crt"), Base64.getDecoder().decode(issued));
    environment.put("KUBECONFIG", tested.viewerKubeconfig().toString());
    UserInfo carol = whoami("--client-certificate=" + certificate, "--client-key=" + key);
    assertThat(carol.getUsername()).isEqualTo("carol");
    assertThat(carol.getGroups()).contains("tuners");
  }

  @Test
  void impersonationByFlagAndByKubeconfig() throws Exception {
    UserInfo bob = whoami("--as=bob", "--as-group=team-a", "--as-group=team-b");
    assertThat(bob.getUsername()).isEqualTo("bob");
    assertThat(bob.getGroups()).contains("team-a", "team-b");

    String admin = Files.readString(tested.kubeconfig());
    Path file =
        Files.writeString(
            folder.resolve("config"),
            admin.replace(
                "user: {client-certificate-data",
                "user: {as: carol, as-groups: [team-c], as-user-extra: {reason: [why]},"
                    + " client-certificate-data"));
    UserInfo carol = whoami("--kubeconfig=" + file);
    assertThat(carol.getUsername()).isEqualTo("carol");
    assertThat(carol.getGroups()).contains("team-c");
    assertThat(carol.getExtra()).containsEntry("reason", List.of("why"));
    // A flag goes before it.
    assertThat(whoami("--kubeconfig=" + file, "--as=dave").getUsername()).isEqualTo("dave");
  }

  @Test
  void aTokenKeptInAFileIsReadAtEachUse() throws Exception {
    String viewer = Files.readString(tested.viewerKubeconfig());
    String token = viewer.replaceAll("(?s).*token: ([^ }]+).*", "$1");
    Path file =
        Files.writeString(
            folder.resolve("config"), viewer.replaceAll("token: [^ }]+", "tokenFile: token"));
    Path kept = Files.writeString(folder.resolve("token"), token + "\n");
    environment.put("KUBECONFIG", file.toString());
    assertThat(whoami().getUsername()).isEqualTo("viewer");
    try (Cluster cluster = Cluster.connect(ClusterFlags.NONE, environment)) {
      assertThat(cluster.client().pods().inNamespace("default").list()).isNotNull();
      Files.writeString(kept, tested.kubectl("create", "token", "default").strip());
      assertThat(
              cluster
                  .client()
                  .resource(new SelfSubjectReviewBuilder().build())
                  .create()
                  .getStatus()
                  .getUserInfo()
                  .getUsername())
          .isEqualTo("system:serviceaccount:default:default");
    }
  }

  @Test
  void aTypedTokenGoesBeforeTheKubeconfigs() throws Exception {
    environment.put("KUBECONFIG", tested.viewerKubeconfig().toString());
    String token = tested.kubectl("create", "token", "default").strip();
    assertThat(whoami("--token=" + token).getUsername())
        .isEqualTo("system:serviceaccount:default:default");
  }

  @Test
  void withoutVerificationAnyCertificateWillDo() throws Exception {
    String admin = Files.readString(tested.kubeconfig());
    Path file =
        Files.writeString(
            folder.resolve("config"),
            admin.replaceAll(
                "certificate-authority-data: [^,}\\s]+", "insecure-skip-tls-verify: true"));
    assertThat(whoami("--kubeconfig=" + file).getUsername()).isEqualTo("kubernetes-admin");
    assertThat(whoami("--insecure-skip-tls-verify").getUsername()).isEqualTo("kubernetes-admin");
  }

  @Test
  void theNameThatTheServersCertificateIsToHaveIsAskedForAndHeldAgainstIt() throws Exception {
    assertThat(whoami("--tls-server-name=kubernetes.default.svc").getUsername())
        .isEqualTo("kubernetes-admin");
    // What is sent to find the right server behind a shared address is in clear in the first bytes.
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Cluster cluster =
            Cluster.connect(
                TypedFlags.of(
                    "--server=https://localhost:" + listener.getLocalPort(),
                    "--tls-server-name=kubernetes.default.svc"),
                environment)) {
      CompletableFuture.runAsync(() -> cluster.client().namespaces().list());
      try (Socket client = listener.accept()) {
        String hello =
            new String(client.getInputStream().readNBytes(300), StandardCharsets.ISO_8859_1);
        assertThat(hello).contains("kubernetes.default.svc").doesNotContain("localhost");
      }
    }
  }

  @Test
  void theEnvironmentsProxyIsAskedForTheServer() throws Exception {
    try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      environment.put("HTTPS_PROXY", "http://127.0.0.1:" + proxy.getLocalPort());
      try (Cluster cluster =
          Cluster.connect(
              TypedFlags.of("--server=https://api.example.invalid:6443"), environment)) {
        CompletableFuture.runAsync(() -> cluster.client().namespaces().list());
        try (Socket client = proxy.accept()) {
          String asked =
              new String(client.getInputStream().readNBytes(40), StandardCharsets.ISO_8859_1);
          assertThat(asked).startsWith("CONNECT api.example.invalid:6443 ");
        }
      }
    }
  }

  @Test
  void noTokenIsSentInClear() throws Exception {
    environment.put("KUBECONFIG", tested.viewerKubeconfig().toString());
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Cluster cluster =
            Cluster.connect(
                TypedFlags.of("--server=http://127.0.0.1:" + listener.getLocalPort()),
                environment)) {
      CompletableFuture.runAsync(() -> cluster.client().namespaces().list());
      try (Socket client = listener.accept()) {
        client.setSoTimeout(1_000);
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
          head.append((char) client.getInputStream().read());
        }
        assertThat(head.toString())
            .startsWith("GET /api/v1/namespaces")
            .doesNotContainIgnoringCase("authorization");
      }
    }
  }

  @Test
  void insideAPodTheServiceAccountLogsIn() throws Exception {
    environment.remove("KUBECONFIG");
    String admin = Files.readString(tested.kubeconfig());
    String ca = admin.replaceAll("(?s).*certificate-authority-data: ([^,}\\s\"]+).*", "$1");
    Files.write(folder.resolve("ca.crt"), Base64.getDecoder().decode(ca));
    Files.writeString(folder.resolve("namespace"), "restricted");
    Files.writeString(
        folder.resolve("token"), tested.kubectl("create", "token", "default", "-n", "restricted"));
    URI server = URI.create(admin.replaceAll("(?s).*server: \"([^\"]+)\".*", "$1"));
    environment.put("KUBERNETES_SERVICE_HOST", server.getHost());
    environment.put("KUBERNETES_SERVICE_PORT", Integer.toString(server.getPort()));
    Connection connection = Connection.of(ClusterFlags.NONE, environment, Optional.empty(), folder);
    assertThat(connection.namespace()).isEqualTo("restricted");
    try (Cluster cluster = new Cluster(connection, environment, Optional.empty())) {
      assertThat(
              cluster
                  .client()
                  .resource(new SelfSubjectReviewBuilder().build())
                  .create()
                  .getStatus()
                  .getUserInfo()
                  .getUsername())
          .isEqualTo("system:serviceaccount:restricted:default");
    }
  }
}
