package io.kubetune.cli.registry;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.Function;

/// Stands between a client and a real registry and breaks what it is told to break.
///
/// ```
/// try (FaultProxy proxy = FaultProxy.before(registry)) {
///   proxy.onRequest(request -> request.startsWith("GET /v2/x/blobs/") ? Fault.cutAt(1000) : Fault.NONE);
/// }
/// ```
public final class FaultProxy implements AutoCloseable {
  /// What is done to one request.
  public sealed interface Fault {
    Fault NONE = new None();

    static Fault cutAt(long bytes) {
      return new CutResponse(bytes);
    }

    /// Passes on, unharmed.
    record None() implements Fault {}

    /// Sends so many bytes of the answer and hangs up.
    record CutResponse(long bytes) implements Fault {}

    /// Reads so many bytes of the request and hangs up.
    record CutRequest(long bytes) implements Fault {}

    /// Sends so many bytes of the answer and then nothing more.
    record Stall(long bytes, long millis) implements Fault {}

    /// Answers without asking the registry.
    record Answer(int status, String contentType, String body, List<String> header)
        implements Fault {}
  }

  private static final Set<String> NOT_PASSED_ON =
      Set.of("connection", "host", "content-length", "transfer-encoding", "upgrade", "expect");

  private final HttpServer server;
  private final String upstream;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Function<String, Fault> faults = request -> Fault.NONE;
  private volatile BiFunction<String, Headers, Fault> guard = (request, headers) -> Fault.NONE;

  private FaultProxy(HttpServer server, String upstream) {
    this.server = server;
    this.upstream = upstream;
  }

  public static FaultProxy before(RealRegistry registry) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    FaultProxy proxy = new FaultProxy(server, registry.host());
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", proxy::handle);
    server.start();
    return proxy;
  }

  /// @param faults from `METHOD /path` to what happens to it
  public void onRequest(Function<String, Fault> faults) {
    this.faults = faults;
  }

  /// The same for what asks who the client is: it sees the request's headers, and comes first.
  void guard(BiFunction<String, Headers, Fault> guard) {
    this.guard = guard;
  }

  /// Every request so far, as `METHOD /path`, with ` Range` where it asked for a part and `
  /// Content-Range` where it sent one.
  public List<String> requests() {
    return requests;
  }

  public String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  public ImageReference image(String rest) {
    return ImageReference.parse(host() + "/" + rest);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    String range = exchange.getRequestHeaders().getFirst("Range");
    String part = exchange.getRequestHeaders().getFirst("Content-Range");
    requests.add(
        request
            + (range == null ? "" : " Range " + range)
            + (part == null ? "" : " Content-Range " + part));
    try (exchange) {
      Fault guarded = guard.apply(request, exchange.getRequestHeaders());
      switch (guarded instanceof Fault.None ? faults.apply(request) : guarded) {
        case Fault.Answer answer -> answer(exchange, answer);
        case Fault.CutRequest cut -> exchange.getRequestBody().readNBytes((int) cut.bytes());
        case Fault.None none -> relay(exchange, Long.MAX_VALUE, 0);
        case Fault.CutResponse cut -> relay(exchange, cut.bytes(), 0);
        case Fault.Stall stall -> relay(exchange, stall.bytes(), stall.millis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(HttpExchange exchange, Fault.Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
    exchange.getResponseHeaders().add("Content-Type", answer.contentType());
    for (int i = 0; i + 1 < answer.header().size(); i += 2) {
      exchange.getResponseHeaders().add(answer.header().get(i), answer.header().get(i + 1));
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(answer.status(), head || body.length == 0 ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  private void relay(HttpExchange exchange, long limit, long stallMillis)
      throws IOException, InterruptedException {
    byte[] sent = exchange.getRequestBody().readAllBytes();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + upstream + pathAndQuery(exchange)))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(sent));
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> {
          if (!NOT_PASSED_ON.contains(name.toLowerCase(java.util.Locale.ROOT))) {
            values.forEach(value -> request.header(name, value));
          }
        });
    HttpResponse<InputStream> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      response
          .headers()
          .map()
          .forEach((name, values) -> {
            if (!NOT_PASSED_ON.contains(name)) {
              values.forEach(value ->
                  exchange.getResponseHeaders().add(name, value.replace(upstream, host())));
            }
          });
      long length = response.headers().firstValueAsLong("Content-Length").orElse(0);
      boolean empty = length == 0 || exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(response.statusCode(), empty ? -1 : length);
      OutputStream out = exchange.getResponseBody();
      byte[] buffer = new byte[8192];
      long left = limit;
      for (int count;
          left > 0 && (count = body.read(buffer, 0, (int) Math.min(left, 8192))) > 0;
          left -= count) {
        out.write(buffer, 0, count);
      }
      out.flush();
      if (stallMillis > 0) {
        Thread.sleep(stallMillis);
      }
    }
  }

  /// Without the host, which a client names to a proxy.
  private static String pathAndQuery(HttpExchange exchange) {
    String query = exchange.getRequestURI().getRawQuery();
    return exchange.getRequestURI().getRawPath() + (query == null ? "" : "?" + query);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
