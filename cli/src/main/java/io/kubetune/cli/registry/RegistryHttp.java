package io.kubetune.cli.registry;

import io.kubetune.cli.terminal.TracedExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Talks to one repository of one registry: scheme, login, redirects, retries; status codes are the
/// caller's to judge.
///
/// ```
/// var http = new RegistryHttp(reference, "pull", access, listener);
/// HttpResponse<InputStream> manifest = http.get("manifests/v1", Map.of("Accept", type));
/// ```
final class RegistryHttp {
  private static final int MAX_REDIRECTS = 5;
  private static final Duration PROBE = Duration.ofSeconds(5);

  private final ImageReference.Registry reference;
  private final RegistryAccess access;
  private final TransferListener listener;
  private final String scope;
  private final HttpClient http;
  private final Authorizer authorizer;
  private URI origin;

  /// @param actions what the token is asked for: `pull` or `pull,push`
  RegistryHttp(
      ImageReference.Registry reference,
      String actions,
      RegistryAccess access,
      TransferListener listener) {
    this.reference = reference;
    this.access = access;
    this.listener = listener;
    this.scope = "repository:" + reference.repository() + ":" + actions;
    this.http = TrustedHttp.client(access);
    this.authorizer =
        new Authorizer(
            http, reference.host(), new RegistryCredentials(access, listener), listener.trace());
  }

  /// @param path below `/v2/<repository>/`
  HttpResponse<InputStream> get(String path, Map<String, String> headers) throws IOException {
    return patiently("GET", path, headers);
  }

  HttpResponse<InputStream> head(String path) throws IOException {
    return patiently("HEAD", path, Map.of());
  }

  HttpResponse<InputStream> post(String path) throws IOException {
    return patiently("POST", path, Map.of());
  }

  Optional<String> user() {
    return authorizer.user();
  }

  /// Once, without a retry: the caller knows how an upload starts again.
  HttpResponse<InputStream> send(
      String method, URI uri, Map<String, String> headers, StreamingBody body) throws IOException {
    return authorized(method, uri, headers, Optional.of(body));
  }

  /// The absolute address of a path, or of what a registry answered as Location.
  URI resolve(String pathOrLocation) throws IOException {
    URI base = origin().resolve("/v2/" + reference.repository() + "/");
    URI found = base.resolve(pathOrLocation);
    // A registry behind a TLS proxy may not know that it is spoken to in https.
    boolean same = base.getHost().equals(found.getHost()) && base.getPort() == found.getPort();
    return same && !base.getScheme().equals(found.getScheme())
        ? URI.create(base.getScheme() + found.toString().substring(found.getScheme().length()))
        : found;
  }

  private HttpResponse<InputStream> patiently(
      String method, String path, Map<String, String> headers) throws IOException {
    for (int attempt = 1; ; attempt++) {
      boolean last = attempt >= access.attempts();
      Duration pause = Backoff.pause(access, attempt);
      String reason;
      try {
        HttpResponse<InputStream> response =
            redirected(method, resolve(path), headers, MAX_REDIRECTS);
        if (last || !isPassing(response.statusCode())) {
          return response;
        }
        pause = retryAfter(response).orElse(pause);
        reason = "status " + response.statusCode();
        response.body().close();
      } catch (IOException e) {
        if (last || NoAnswer.isFinal(e)) {
          throw e;
        }
        reason = NoAnswer.words(e);
      }
      listener.say(
          "%s: %s; attempt %d of %d in %.1f s"
              .formatted(
                  reference.host(),
                  reason,
                  attempt + 1,
                  access.attempts(),
                  pause.toMillis() / 1e3));
      Backoff.sleep(pause);
    }
  }

  static boolean isPassing(int status) {
    return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
  }

  /// In seconds, as registries give it; never more than a minute of waiting.
  private static Optional<Duration> retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("[0-9]{1,5}"))
        .map(text -> Duration.ofSeconds(Math.min(60, Long.parseLong(text))));
  }

  private HttpResponse<InputStream> redirected(
      String method, URI uri, Map<String, String> headers, int left) throws IOException {
    HttpResponse<InputStream> response = authorized(method, uri, headers, Optional.empty());
    Optional<String> location = response.headers().firstValue("Location");
    boolean redirect = response.statusCode() / 100 == 3 && location.isPresent();
    if (!redirect || method.equals("POST")) {
      return response;
    }
    response.body().close();
    URI next = uri.resolve(location.get());
    if (left == 0) {
      throw new IOException("more than " + MAX_REDIRECTS + " redirects, the last to " + name(next));
    }
    boolean downgrade = "https".equals(uri.getScheme()) && !"https".equals(next.getScheme());
    if (downgrade && !access.plainHttp()) {
      throw new IOException("redirected to an unencrypted address, " + name(next));
    }
    return redirected(method, next, headers, left - 1);
  }

  private HttpResponse<InputStream> authorized(
      String method, URI uri, Map<String, String> headers, Optional<StreamingBody> body)
      throws IOException {
    boolean ours = uri.getAuthority().equals(origin().getAuthority());
    Optional<String> header = ours ? authorizer.header(scope) : Optional.empty();
    HttpResponse<InputStream> response = once(method, uri, headers, body, header);
    if (response.statusCode() != 401 || !ours) {
      return response;
    }
    List<String> asked = response.headers().allValues("WWW-Authenticate");
    Optional<String> answer = authorizer.answer(Challenge.parse(asked), scope);
    if (answer.isEmpty()) {
      return response;
    }
    response.body().close();
    return once(method, uri, headers, body, answer);
  }

  private HttpResponse<InputStream> once(
      String method,
      URI uri,
      Map<String, String> headers,
      Optional<StreamingBody> body,
      Optional<String> authorization)
      throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    headers.forEach(request::header);
    request.header("User-Agent", "kubectl-tune");
    authorization.ifPresent(value -> request.header("Authorization", value));
    request.method(method, body.map(StreamingBody::publisher).orElseGet(BodyPublishers::noBody));
    HttpRequest built = request.build();
    TracedExchange traced = new TracedExchange(listener.trace(), built);
    var future = http.sendAsync(built, traced.streamed());
    try {
      HttpResponse<InputStream> response = traced.answered(await(future, body));
      if (body.isPresent() && listener.trace().showsBodies()) {
        traced.sent(body.get().traced(built.headers().firstValue("Content-Type")));
      }
      return response;
    } catch (IOException e) {
      traced.failed();
      body.ifPresent(StreamingBody::stop);
      throw e;
    }
  }

  /// Waits as long as bytes move, and for the stall time where none does.
  private HttpResponse<InputStream> await(
      CompletableFuture<HttpResponse<InputStream>> future, Optional<StreamingBody> body)
      throws IOException {
    long sent = -1;
    while (true) {
      try {
        return future.get(access.stall().toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        long now = body.map(StreamingBody::sentBytes).orElse(-1L);
        if (now == sent) {
          future.cancel(true);
          throw new IOException("no answer within " + access.stall().toSeconds() + " s", e);
        }
        sent = now;
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
      } catch (InterruptedException e) {
        future.cancel(true);
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  private synchronized URI origin() throws IOException {
    if (origin == null) {
      String host =
          reference.host().equals("docker.io") ? "registry-1.docker.io" : reference.host();
      URI https = URI.create("https://" + host);
      boolean http = access.plainHttp() || Loopback.is(https.getHost()) && !speaksTls(host);
      origin = http ? URI.create("http://" + host) : https;
    }
    return origin;
  }

  /// On this machine registries often have no certificate. Plain http is asked first, without a
  /// secret: a TLS server refuses it at once, while a plain one may wait for ever at a TLS hello.
  private boolean speaksTls(String host) {
    if (access.caFile().isPresent()) {
      return true;
    }
    HttpRequest probe =
        HttpRequest.newBuilder(URI.create("http://" + host + "/v2/")).timeout(PROBE).build();
    for (int attempt = 1; attempt < access.attempts(); attempt++) {
      try {
        TracedExchange traced = new TracedExchange(listener.trace(), probe);
        return traced.answered(http.send(probe, BodyHandlers.discarding())).statusCode() == 400;
      } catch (ConnectException e) {
        return false; // Nothing listens: the request itself will say so.
      } catch (IOException e) {
        Backoff.sleep(Backoff.pause(access, attempt)); // TLS, or a bad line: asked again.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return true;
      }
    }
    return true;
  }

  /// Without the query, where storage hosts carry their signature.
  private static String name(URI uri) {
    return uri.getScheme() + "://" + uri.getAuthority() + uri.getPath();
  }
}
