package io.kubetune.cli.source;

import io.kubetune.cli.registry.Authorities;
import io.kubetune.cli.registry.Loopback;
import io.kubetune.cli.terminal.HttpTrace;
import io.kubetune.cli.terminal.TracedExchange;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Sends requests and follows redirects; credentials stay with the host that they are for.
///
/// ```
/// try (Answer answer = http.get(uri, origin, Map.of("Range", "bytes=100-"))) { … }
/// ```
final class SourceHttp implements AutoCloseable {
  private static final int MOST_REDIRECTS = 10;

  private final HttpClient client;
  private final Duration patience;
  private final HttpTrace trace;

  SourceHttp(SourceOptions options, HttpTrace trace) {
    this.trace = trace;
    EnvironmentProxies proxies = new EnvironmentProxies(options);
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(20))
            // By hand: the JDK would send the Authorization header along to another host.
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(proxies);
    // With one, the JDK takes a 401 that names no way to log in for a broken connection.
    proxies.authenticator().ifPresent(builder::authenticator);
    options.authorities().ifPresent(place -> builder.sslContext(new Authorities(place).trusted()));
    this.client = builder.build();
    this.patience = options.stall();
  }

  /// @throws BusyException where the server asks to come back
  /// @throws TuneException SOURCE for a redirect that leads nowhere
  Answer get(URI uri, Origin origin, Map<String, String> headers) throws IOException {
    return send("GET", uri, origin, headers, true, TracedExchange::streamed);
  }

  /// The same for what is kept as a file: `-v` shows no rows and no weights.
  Answer file(URI uri, Origin origin, Map<String, String> headers) throws IOException {
    return send("GET", uri, origin, headers, true, TracedExchange::file);
  }

  /// The headers of the first answer alone, where a redirect may lead elsewhere.
  Answer head(URI uri, Origin origin) throws IOException {
    return send("HEAD", uri, origin, Map.of(), false, TracedExchange::streamed);
  }

  private Answer send(
      String method,
      URI asked,
      Origin origin,
      Map<String, String> headers,
      boolean follow,
      Function<TracedExchange, HttpResponse.BodyHandler<InputStream>> body)
      throws IOException {
    Set<URI> seen = new HashSet<>();
    URI uri = asked;
    HttpHeaders first = null;
    while (true) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri)
              .method(method, HttpRequest.BodyPublishers.noBody())
              .timeout(patience)
              .header("User-Agent", "kubectl-tune");
      headers.forEach(request::setHeader);
      if (sameHost(asked, uri)) {
        Map<String, String> own = origin.headers(uri);
        own.forEach(request::setHeader);
        // The user's own header may have any name.
        own.values().forEach(trace::hide);
      }
      HttpResponse<InputStream> response = sent(request.build(), body);
      first = first == null ? response.headers() : first;
      Answer answer = new Answer(asked, response, first);
      if (BusyException.isBusy(answer.status())) {
        try (answer) {
          throw new BusyException(answer);
        }
      }
      boolean redirects =
          switch (answer.status()) {
            case 301, 302, 303, 307, 308 -> answer.header("Location").isPresent();
            default -> false;
          };
      if (!redirects || !follow) {
        return answer;
      }
      answer.close();
      seen.add(uri);
      uri = target(asked, uri, answer.header("Location").orElseThrow());
      if (seen.contains(uri) || seen.size() > MOST_REDIRECTS) {
        throw nowhere(
            asked, seen.contains(uri) ? "a redirect loop" : MOST_REDIRECTS + " redirects in a row");
      }
    }
  }

  private HttpResponse<InputStream> sent(
      HttpRequest request, Function<TracedExchange, HttpResponse.BodyHandler<InputStream>> body)
      throws IOException {
    TracedExchange traced = new TracedExchange(trace, request);
    try {
      return traced.answered(client.send(request, body.apply(traced)));
    } catch (IOException e) {
      traced.failed();
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TuneException(
          ExitCode.INTERRUPTED,
          "stopped downloading",
          SourceReference.shown(request.uri()),
          "interrupted",
          "");
    }
  }

  private static URI target(URI asked, URI from, String location) {
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw nowhere(asked, "a redirect to what is no address");
    }
    boolean safe =
        "https".equals(to.getScheme())
            || "http".equals(to.getScheme())
                && (Loopback.is(to.getHost()) || "http".equals(from.getScheme()));
    if (!safe || to.getHost() == null) {
      throw nowhere(asked, "a redirect from https to " + SourceReference.shown(to));
    }
    return to;
  }

  private static boolean sameHost(URI one, URI other) {
    return one.getScheme().equals(other.getScheme())
        && one.getHost().equalsIgnoreCase(other.getHost())
        && one.getPort() == other.getPort();
  }

  private static TuneException nowhere(URI asked, String found) {
    return new TuneException(
        ExitCode.SOURCE,
        "can't download " + SourceReference.shown(asked),
        SourceReference.shown(asked),
        "the server answered " + found,
        "open the address in a browser: it may want a login");
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
