package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.Config;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How the API server is reached, decided from flags, kubeconfig files and a pod's service account.
///
/// ```
/// Connection.of(flags, environment, Optional.of(terminal)).server() // "https://10.0.0.1:6443"
/// ```
///
/// @param source what decided, for error messages: a context and its file, or the pod
/// @param login where the credentials come from
record Connection(
    Config config,
    String contextName,
    String namespace,
    String source,
    Login login,
    ClusterTls tls) {
  /// What a kubeconfig or a pod says, before the flags.
  record Found(Config config, String contextName, String namespace, String source, Login login) {}

  /// Well below what people wait for; a healthy API server answers within milliseconds.
  static final int CONNECT_MILLIS = 7_000;

  /// The API server itself gives up after 60 s: who has said nothing by then is gone. Streams
  /// (logs, watches) are not cut by it once they have begun.
  private static final long ANSWER_MILLIS = 65_000;

  private static final String DEFAULT_NAMESPACE = "default";

  static Connection of(
      ClusterFlags flags, Map<String, String> environment, Optional<Terminal> terminal) {
    return of(flags, environment, terminal, InCluster.FOLDER);
  }

  static Connection of(
      ClusterFlags flags,
      Map<String, String> environment,
      Optional<Terminal> terminal,
      Path serviceAccount) {
    List<Path> files = Kubeconfig.files(flags, environment);
    Found found;
    if (flags.kubeconfig().isPresent() || files.stream().anyMatch(Files::exists)) {
      found = Kubeconfig.read(files, flags, environment, terminal);
    } else if (flags.server().isPresent()) {
      found = new Found(Config.empty(), "", DEFAULT_NAMESPACE, "--server", new Login.Anonymous());
    } else {
      found = InCluster.connection(environment, serviceAccount).orElseThrow(() -> noCluster(files));
    }
    Config config = found.config();
    apply(flags, config);
    String source = flags.server().isPresent() ? "--server" : found.source();
    requireAddress(flags.server().or(() -> text(config.getMasterUrl())).orElse(""), source);
    requireFiles(config);
    Login login = typedLogin(flags).orElse(found.login());
    if (config.getMasterUrl().startsWith("http://")) {
      forgetSecrets(config);
      login = new Login.Anonymous();
    }
    return new Connection(
        config,
        found.contextName(),
        flags.namespace().orElse(found.namespace()),
        source,
        login,
        tls(config, source));
  }

  /// Nothing that logs in is sent in clear, as with kubectl: behind http:// is `kubectl proxy`,
  /// which logs in itself.
  private static void forgetSecrets(Config config) {
    config.setOauthTokenProvider(null);
    config.setOauthToken(null);
    config.setAutoOAuthToken(null);
    config.setAuthProvider(null);
    config.setUsername(null);
    config.setPassword(null);
  }

  private static Optional<Login> typedLogin(ClusterFlags flags) {
    return flags
        .token()
        .map(_ -> "--token")
        .or(() -> flags.clientCertificate().map(_ -> "--client-certificate"))
        .map(Login.ByFlags::new);
  }

  private static void requireAddress(String server, String source) {
    try {
      URI address = URI.create(server.contains("://") ? server : "https://" + server);
      boolean known = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
      boolean once = server.indexOf("://") == server.lastIndexOf("://");
      if (known && once && text(address.getHost()).isPresent() && address.getPort() <= 0xffff) {
        return;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new TuneException(
        ExitCode.CLUSTER,
        "can't connect to the cluster",
        source,
        server.isEmpty() ? "it names no server" : "'" + server + "' is no address",
        "for example https://10.0.0.1:6443");
  }

  /// Every file that TLS needs can be read; all that can't be are told at once.
  private static void requireFiles(Config config) {
    Map<String, String> files = new LinkedHashMap<>();
    // What stands in the kubeconfig itself goes before a file.
    if (text(config.getCaCertData()).isEmpty() && !config.isTrustCerts()) {
      files.put("certificate-authority", config.getCaCertFile());
    }
    if (text(config.getClientCertData()).isEmpty()) {
      files.put("client-certificate", config.getClientCertFile());
    }
    if (text(config.getClientKeyData()).isEmpty()) {
      files.put("client-key", config.getClientKeyFile());
    }
    List<Problem> problems =
        files.entrySet().stream()
            .filter(each -> text(each.getValue()).isPresent())
            .filter(each -> !Files.isReadable(Path.of(each.getValue())))
            .map(each ->
                new Problem(
                    each.getKey() + " " + each.getValue(),
                    Files.exists(Path.of(each.getValue())) ? "can't be read" : "is not there",
                    "name the right file by --" + each.getKey() + " or in the kubeconfig"))
            .toList();
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.CLUSTER, "can't connect to the cluster", problems);
    }
  }

  String server() {
    return config.getMasterUrl().replaceAll("/+$", "");
  }

  private static void apply(ClusterFlags flags, Config config) {
    flags.server().ifPresent(config::setMasterUrl);
    flags
        .token()
        .ifPresent(token -> {
          config.setOauthTokenProvider(null);
          config.setUsername(null);
          config.setPassword(null);
          config.setOauthToken(token);
        });
    flags
        .certificateAuthority()
        .ifPresent(file -> {
          config.setCaCertData(null);
          config.setCaCertFile(file.toString());
        });
    flags
        .clientCertificate()
        .ifPresent(file -> {
          config.setClientCertData(null);
          config.setClientCertFile(file.toString());
        });
    flags
        .clientKey()
        .ifPresent(file -> {
          config.setClientKeyData(null);
          config.setClientKeyFile(file.toString());
        });
    flags.tlsServerName().ifPresent(config::setTlsServerName);
    if (flags.insecureSkipTlsVerify()) {
      config.setTrustCerts(true);
      config.setDisableHostnameVerification(true);
    }
    flags.impersonatedUser().ifPresent(config::setImpersonateUsername);
    if (!flags.impersonatedGroups().isEmpty()) {
      config.setImpersonateGroups(flags.impersonatedGroups().toArray(String[]::new));
    }
    if (config.getImpersonateGroups() != null
        && config.getImpersonateGroups().length > 0
        && text(config.getImpersonateUsername()).isEmpty()) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't choose a user",
          "--as-group",
          "given without --as",
          "add --as USER");
    }
    config.setUserAgent(Cluster.FIELD_MANAGER);
    config.setConnectionTimeout(CONNECT_MILLIS);
    config.setRequestTimeout(
        (int) flags.requestTimeout().map(Duration::toMillis).orElse(ANSWER_MILLIS).longValue());
    // Over one HTTP/2 connection for all, which nobody pings, a connection that was forgotten on
    // the
    // way (a VPN, a laptop that slept) would take every later request with it.
    config.setHttp2Disable(true);
    // The library's own retries would make ten attempts of an unreachable server.
    config.setRequestRetryBackoffLimit(0);
  }

  private static ClusterTls tls(Config config, String source) {
    try {
      return ClusterTls.takenFrom(config);
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      throw new TuneException(
          ExitCode.CLUSTER,
          "can't connect to the cluster",
          source,
          "its certificates or keys can't be used: " + text(e.getMessage()).orElse(e.toString()),
          "check what the kubeconfig and flags name");
    }
  }

  private static TuneException noCluster(List<Path> looked) {
    return new TuneException(
        ExitCode.CLUSTER,
        "can't find a cluster",
        looked.isEmpty()
            ? "kubeconfig"
            : String.join(", ", looked.stream().map(Path::toString).toList()),
        "no kubeconfig is there, and this is no pod",
        "set KUBECONFIG or give --kubeconfig FILE; --runtime local needs no cluster");
  }

  static Optional<String> text(String value) {
    return Optional.ofNullable(value).filter(v -> !v.isBlank());
  }
}
