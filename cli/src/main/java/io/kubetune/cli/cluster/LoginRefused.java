package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.Config;
import io.kubetune.contract.Json;
import io.kubetune.contract.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What is to be done where the API server does not accept the credentials (401): it never says
/// why, so this says when they expired, where they tell.
///
/// ```
/// new LoginRefused(connection).problem()
/// // the token of user 'me' expired at 2026-11-25T10:00:00Z (401); log in again with …
/// ```
record LoginRefused(Connection connection) {
  Problem problem() {
    return switch (connection.login()) {
      case Login.ByFlags(String flag) ->
          problem("the credentials given by " + flag, "give newer ones by " + flag);
      case Login.ByPlugin(CredentialPlugin plugin) ->
          problem("the token of the credential plugin " + plugin.program(), again(plugin));
      case Login.ByTokenFile(Path file) ->
          problem("the token in " + file, "have it written anew by whoever keeps this file");
      case Login.ByKubeconfig(String user) ->
          problem(
              "the credentials of user '" + user + "'",
              "log in again as your cluster's provider says, or set a new token:\n  kubectl config set-credentials "
                  + user
                  + " --token=TOKEN");
      case Login.Anonymous _ ->
          new Problem(
              connection.source(),
              "no credentials were given, and the API server wants some (401)",
              "give --token, or choose a --user or --context of the kubeconfig");
    };
  }

  private Problem problem(String what, String remedy) {
    String state =
        expiry()
            .map(moment ->
                moment.isBefore(Instant.now())
                    ? " expired at " + moment.truncatedTo(ChronoUnit.SECONDS)
                    : " are not accepted by the API server, though they have not expired")
            .orElse(" are not accepted by the API server: expired or wrong");
    return new Problem(connection.source(), what + state + " (401)", remedy);
  }

  /// The command by which people log in with the plugins of the big providers.
  private static String again(CredentialPlugin plugin) {
    String program = Path.of(plugin.program()).getFileName().toString();
    String command =
        switch (program) {
          case "kubelogin" -> "az login";
          case "az" -> "az login";
          case "aws", "aws-iam-authenticator" -> "aws sso login";
          case "gke-gcloud-auth-plugin", "gcloud" -> "gcloud auth login";
          case "kubectl-oidc_login" -> "kubectl oidc-login clean";
          case "tsh" -> "tsh login";
          case "doctl" -> "doctl auth init";
          case "oci" -> "oci session authenticate";
          default -> "";
        };
    return command.isEmpty()
        ? "log in again as " + program + " has it"
        : "log in again:\n  " + command;
  }

  private Optional<Instant> expiry() {
    Config config = connection.config();
    String token = Connection.text(config.getOauthToken()).orElse(config.getAutoOAuthToken());
    if (Connection.text(token).isPresent()) {
      return tokenExpiry(token);
    }
    return connection.tls().clientExpiry();
  }

  /// Of a JSON Web Token, as service accounts and OpenID Connect have them.
  private static Optional<Instant> tokenExpiry(String token) {
    String[] parts = token.split("\\.");
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      byte[] claims = Base64.getUrlDecoder().decode(parts[1]);
      JsonNode expires =
          Json.MAPPER.readTree(new String(claims, StandardCharsets.UTF_8)).path("exp");
      return expires.isNumber()
          ? Optional.of(Instant.ofEpochSecond(expires.asLong()))
          : Optional.empty();
    } catch (IllegalArgumentException | JacksonException e) {
      return Optional.empty();
    }
  }
}
