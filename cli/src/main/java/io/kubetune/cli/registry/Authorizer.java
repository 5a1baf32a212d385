package io.kubetune.cli.registry;

import com.google.cloud.tools.jib.api.Credential;
import io.kubetune.cli.terminal.HttpTrace;
import io.kubetune.cli.terminal.TracedContent;
import io.kubetune.cli.terminal.TracedExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Turns a registry's challenge into the header that answers it: basic, or a token from the
/// registry's token server (Docker's token specification; its OAuth 2 form for identity tokens).
///
/// ```
/// Optional<String> header = authorizer.answer(challenges, "repository:team/adapter:pull");
/// ```
final class Authorizer {
  private final HttpClient http;
  private final String host;
  private final RegistryCredentials credentials;
  private final HttpTrace trace;
  private final Map<String, String> headerByScope = new ConcurrentHashMap<>();
  private Optional<Credential> known;

  Authorizer(HttpClient http, String host, RegistryCredentials credentials, HttpTrace trace) {
    this.trace = trace;
    this.http = http;
    this.host = host;
    this.credentials = credentials;
  }

  /// What answered the last challenge for this scope.
  Optional<String> header(String scope) {
    return Optional.ofNullable(headerByScope.get(scope));
  }

  /// The user's name, or empty while nobody is logged in; never the password.
  synchronized Optional<String> user() {
    return known == null ? Optional.empty() : known.map(Credential::getUsername);
  }

  /// Empty where the challenge can't be answered: no credentials, or the token server refuses.
  Optional<String> answer(List<Challenge> challenges, String scope) throws IOException {
    Optional<String> header = Optional.empty();
    for (Challenge challenge : challenges) {
      header =
          switch (challenge.scheme()) {
            case "bearer" -> token(challenge, scope).map(token -> "Bearer " + token);
            case "basic" -> credential().map(Authorizer::basic);
            default -> Optional.empty();
          };
      if (header.isPresent()) {
        headerByScope.put(scope, header.get());
        break;
      }
    }
    return header;
  }

  private synchronized Optional<Credential> credential() {
    if (known == null) {
      known = credentials.of(host);
    }
    return known;
  }

  private Optional<String> token(Challenge challenge, String scope) throws IOException {
    String realm = challenge.parameter("realm");
    if (!realm.startsWith("https://") && !realm.startsWith("http://")) {
      return Optional.empty();
    }
    URI server = URI.create(realm);
    boolean secret = server.getScheme().equals("https") || Loopback.is(server.getHost());
    if (!secret && !credentials.access().plainHttp()) {
      throw new IOException("the registry wants the password sent without encryption to " + realm);
    }
    Optional<Credential> credential = credential();
    String asked = scope(challenge.parameters().getOrDefault("scope", scope), scope);
    Asked request =
        credential.isPresent() && credential.get().isOAuth2RefreshToken()
            ? refresh(realm, challenge.parameter("service"), asked, credential.get())
            : fetch(realm, challenge.parameter("service"), asked, credential);
    HttpResponse<byte[]> response = send(request);
    int status = response.statusCode();
    if (RegistryHttp.isPassing(status)) {
      throw new IOException("the token server " + server.getHost() + " answered " + status);
    }
    if (status != 200) {
      return Optional.empty();
    }
    JsonNode body = ImageManifest.parse(response.body(), server.getHost());
    // Docker Hub and Harbor write both, GHCR the first, ACR the second.
    return Stream.of("token", "access_token")
        .map(name -> body.path(name).asString(""))
        .filter(token -> !token.isEmpty())
        .findFirst();
  }

  /// What the registry names for one request, and what all of this work needs: a registry that asks
  /// for `pull` first would be asked for a second token at the first push.
  private static String scope(String challenged, String needed) {
    int actions = needed.lastIndexOf(':') + 1;
    if (!challenged.startsWith(needed.substring(0, actions))) {
      return challenged; // It calls the repository by another name, as mirrors do.
    }
    Set<String> all = new LinkedHashSet<>(List.of(needed.substring(actions).split(",")));
    all.addAll(List.of(challenged.substring(actions).split(",")));
    return needed.substring(0, actions) + String.join(",", all);
  }

  private HttpResponse<byte[]> send(Asked asked) throws IOException {
    HttpRequest request = asked.request();
    TracedExchange traced = new TracedExchange(trace, request);
    try {
      HttpResponse<byte[]> response =
          traced.answered(http.send(request, HttpResponse.BodyHandlers.ofByteArray()));
      traced.sent(TracedContent.of(request.headers().firstValue("Content-Type"), asked.form()));
      traced.answered(response, response.body());
      return response;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /// @param form its body; empty where it has none
  private record Asked(HttpRequest request, String form) {}

  private static Asked fetch(
      String realm, String service, String scope, Optional<Credential> credential) {
    String query = "service=" + form(service) + "&scope=" + form(scope);
    String separator = realm.contains("?") ? "&" : "?";
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(realm + separator + query))
            .timeout(Duration.ofSeconds(30));
    credential.ifPresent(user -> request.header("Authorization", basic(user)));
    return new Asked(request.build(), "");
  }

  private static Asked refresh(String realm, String service, String scope, Credential credential) {
    String body =
        "grant_type=refresh_token&client_id=kubectl-tune&service="
            + form(service)
            + "&scope="
            + form(scope)
            + "&refresh_token="
            + form(credential.getPassword());
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(realm))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return new Asked(request, body);
  }

  private static String basic(Credential user) {
    String pair = user.getUsername() + ":" + user.getPassword();
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static String form(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
