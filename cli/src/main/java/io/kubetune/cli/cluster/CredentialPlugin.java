package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.ExecConfig;
import io.fabric8.kubernetes.api.model.ExecEnvVar;
import io.fabric8.kubernetes.client.Config;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A program that a kubeconfig's user names to log in (`exec`), as client-go runs it: its stdout is
/// an ExecCredential, its stderr and stdin belong to whoever sits at the terminal, a new token is
/// fetched when the old one has expired or is refused.
///
/// Source: kubernetes.io, "client-go credential plugins" (client.authentication.k8s.io/v1).
///
/// ```
/// CredentialPlugin.of(exec, "me", kubeconfigFile, cluster, environment, terminal).login(config);
/// ```
final class CredentialPlugin {
  /// A token is not used in the last moments of its life.
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private final ExecConfig exec;
  private final String user;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Optional<Terminal> terminal;
  private final String info;
  private Optional<String> token = Optional.empty();
  private Instant expires = Instant.MAX;

  private CredentialPlugin(
      ExecConfig exec,
      String user,
      List<String> command,
      Map<String, String> environment,
      Optional<Terminal> terminal,
      Optional<Cluster> cluster) {
    this.exec = exec;
    this.user = user;
    this.command = command;
    this.environment = environment;
    this.terminal = terminal;
    this.info = ExecInfo.json(exec.getApiVersion(), interactive(), cluster);
  }

  /// @param kubeconfig a command with a slash is relative to its folder
  /// @param terminal where the program's words are shown as it says them; without one they are kept
  ///   for the message of its failure
  static CredentialPlugin of(
      ExecConfig exec,
      String user,
      Path kubeconfig,
      Optional<Cluster> cluster,
      Map<String, String> environment,
      Optional<Terminal> terminal) {
    String program = Optional.ofNullable(exec.getCommand()).orElse("");
    if (program.contains("/") && !program.startsWith("/")) {
      program = kubeconfig.toAbsolutePath().resolveSibling(program).normalize().toString();
    }
    List<String> command = new ArrayList<>();
    command.add(program);
    if (exec.getArgs() != null) {
      command.addAll(exec.getArgs());
    }
    boolean clusterWanted = Boolean.TRUE.equals(exec.getProvideClusterInfo());
    return new CredentialPlugin(
        exec, user, command, environment, terminal, cluster.filter(_ -> clusterWanted));
  }

  String program() {
    return command.getFirst();
  }

  /// Runs the program and gives the client what it answers.
  void login(Config config) {
    JsonNode status = run();
    String certificate = status.path("clientCertificateData").asString("");
    String key = status.path("clientKeyData").asString("");
    if (!certificate.isEmpty() && !key.isEmpty()) {
      config.setClientCertData(base64(certificate));
      config.setClientKeyData(base64(key));
    }
    if (token.isEmpty() && certificate.isEmpty()) {
      throw failed("it answered neither token nor certificate", "run it by hand to see why");
    }
  }

  /// Empty where it logs in by a certificate.
  synchronized Optional<String> token() {
    if (Instant.now().plus(MARGIN).isAfter(expires)) {
      run();
    }
    return token;
  }

  /// Another token than the one the API server has refused.
  synchronized Optional<String> renewed() {
    Optional<String> refused = token;
    run();
    return token.filter(fresh -> !refused.equals(Optional.of(fresh)));
  }

  private JsonNode run() {
    JsonNode answer = answer();
    if (!answer.path("kind").asString("").equals("ExecCredential")
        || !answer.path("apiVersion").asString("").equals(exec.getApiVersion())) {
      throw failed(
          "its answer is no ExecCredential of " + exec.getApiVersion(),
          "check apiVersion of this user's 'exec' in the kubeconfig");
    }
    JsonNode status = answer.path("status");
    token = Connection.text(status.path("token").asString(""));
    expires = moment(status.path("expirationTimestamp").asString(""));
    return status;
  }

  private Instant moment(String text) {
    try {
      return text.isBlank() ? Instant.MAX : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw failed("its answer has no valid expirationTimestamp", "run it by hand to see why");
    }
  }

  private boolean interactive() {
    boolean wanted = !"Never".equals(exec.getInteractiveMode());
    return wanted && terminal.map(Terminal::inIsTerminal).orElse(false);
  }

  private JsonNode answer() {
    if ("Always".equals(exec.getInteractiveMode()) && !interactive()) {
      throw failed("it asks questions, and stdin is no terminal", "log in from a terminal first");
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("KUBERNETES_EXEC_INFO", info);
    if (exec.getEnv() != null) {
      for (ExecEnvVar each : exec.getEnv()) {
        builder.environment().put(each.getName(), each.getValue());
      }
    }
    if (interactive()) {
      builder.redirectInput(Redirect.INHERIT);
    }
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      CompletableFuture<String> talk =
          CompletableFuture.supplyAsync(() -> heard(process.getErrorStream()));
      byte[] answer;
      try (InputStream out = process.getInputStream()) {
        answer = out.readAllBytes();
      }
      int status = process.waitFor();
      if (status != 0) {
        throw failed("it ended with status " + status, said(talk.join()));
      }
      return Json.MAPPER.readTree(answer);
    } catch (JacksonException e) {
      // Not the answer itself: it may hold a token.
      throw failed("its answer is not JSON", "run it by hand to see why");
    } catch (IOException e) {
      throw failed(
          "it can't be started",
          Connection.text(exec.getInstallHint()).map(String::strip).orElse("install it"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("it was interrupted", "");
    }
  }

  /// What it says on stderr, shown at once: "open this page and enter that code".
  private String heard(InputStream stream) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 12];
    try (stream) {
      for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
        if (terminal.isPresent()) {
          terminal.get().err().write(buffer, 0, count);
          terminal.get().err().flush();
        }
        kept.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // The program is gone.
    }
    return kept.toString(StandardCharsets.UTF_8).strip();
  }

  private String said(String talk) {
    if (talk.isEmpty()) {
      return "it did not say why";
    }
    return terminal.isPresent() ? "what it said is above" : talk;
  }

  private TuneException failed(String found, String remedy) {
    return new TuneException(
        ExitCode.CLUSTER,
        "can't log in to the cluster as '" + user + "'",
        "credential plugin " + program(),
        found,
        remedy);
  }

  private static String base64(String pem) {
    return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
  }
}
