package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.api.model.ExecConfig;
import io.fabric8.kubernetes.api.model.ExecEnvVar;
import io.fabric8.kubernetes.client.Config;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A program that a kubeconfig's user names to log in (`exec`), as client-go runs it: its stdout is
/// an ExecCredential, its stderr is for people, a new token is fetched when the old one has
/// expired.
///
/// Source: kubernetes.io, "client-go credential plugins" (client.authentication.k8s.io/v1).
///
/// ```
/// CredentialPlugin.of(exec, "me", kubeconfigFile).login(config, environment);
/// ```
final class CredentialPlugin {
  /// A token is not used in the last moments of its life.
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private final ExecConfig exec;
  private final String user;
  private final List<String> command;
  private Map<String, String> environment = Map.of();
  private Optional<String> token = Optional.empty();
  private Instant expires = Instant.MAX;

  private CredentialPlugin(ExecConfig exec, String user, List<String> command) {
    this.exec = exec;
    this.user = user;
    this.command = command;
  }

  /// @param kubeconfig a command with a slash is relative to its folder
  static CredentialPlugin of(ExecConfig exec, String user, Path kubeconfig) {
    String program = exec.getCommand();
    if (program.contains("/") && !program.startsWith("/")) {
      program = kubeconfig.toAbsolutePath().resolveSibling(program).normalize().toString();
    }
    List<String> command = new ArrayList<>();
    command.add(program);
    if (exec.getArgs() != null) {
      command.addAll(exec.getArgs());
    }
    return new CredentialPlugin(exec, user, command);
  }

  /// Runs the program and gives the client what it answers.
  void login(Config config, Map<String, String> surroundings) {
    environment = surroundings;
    JsonNode status = run();
    String certificate = status.path("clientCertificateData").asString("");
    String key = status.path("clientKeyData").asString("");
    if (!certificate.isEmpty() && !key.isEmpty()) {
      config.setClientCertData(base64(certificate));
      config.setClientKeyData(base64(key));
    }
    if (token.isPresent()) {
      config.setOauthTokenProvider(this::current);
    } else if (certificate.isEmpty()) {
      throw failed("it answered neither token nor certificate", "");
    }
  }

  private synchronized String current() {
    if (Instant.now().plus(MARGIN).isAfter(expires)) {
      run();
    }
    return token.orElseThrow();
  }

  private JsonNode run() {
    JsonNode status = answer().path("status");
    token = Connection.text(status.path("token").asString(""));
    expires =
        Connection.text(status.path("expirationTimestamp").asString(""))
            .map(Instant::parse)
            .orElse(Instant.MAX);
    return status;
  }

  private JsonNode answer() {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder
        .environment()
        .put(
            "KUBERNETES_EXEC_INFO",
            "{\"apiVersion\":\"%s\",\"kind\":\"ExecCredential\",\"spec\":{\"interactive\":false}}"
                .formatted(exec.getApiVersion()));
    if (exec.getEnv() != null) {
      for (ExecEnvVar each : exec.getEnv()) {
        builder.environment().put(each.getName(), each.getValue());
      }
    }
    try {
      Process process = builder.start();
      CompletableFuture<String> talk =
          CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
      try (OutputStream none = process.getOutputStream();
          InputStream out = process.getInputStream()) {
        byte[] answer = out.readAllBytes();
        int status = process.waitFor();
        if (status != 0) {
          throw failed("it ended with status " + status, talk.join());
        }
        return Json.MAPPER.readTree(answer);
      }
    } catch (JacksonException e) {
      // Not the answer itself: it may hold a token.
      throw failed("its answer is no ExecCredential", "");
    } catch (IOException e) {
      throw failed("it can't be started", Optional.ofNullable(exec.getInstallHint()).orElse(""));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("it was interrupted", "");
    }
  }

  private static String text(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private TuneException failed(String found, String talk) {
    return new TuneException(
        ExitCode.CLUSTER,
        "can't log in to the cluster as '" + user + "'",
        "credential plugin " + command.getFirst(),
        found,
        talk.isBlank() ? "run it by hand to see why" : talk.strip());
  }

  private static String base64(String pem) {
    return java.util.Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
  }
}
