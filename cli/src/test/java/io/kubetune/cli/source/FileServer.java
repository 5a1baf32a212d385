package io.kubetune.cli.source;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.kubetune.cli.registry.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/// A web server on loopback with ranges, ETags, redirects and every fault that a network has.
///
/// ```
/// server.put("/rows.jsonl", bytes).fault("/rows.jsonl", Fault.cut(1000), Fault.status(503));
/// ```
public final class FileServer implements AutoCloseable {
  /// What is on its way when a connection breaks may be lost; tests say which bytes came.
  private static final long ARRIVAL_MILLIS = 300;

  /// What happens to one request in place of a whole answer.
  public sealed interface Fault {
    /// The connection ends after some bytes of the body have come.
    record Cut(int bytes) implements Fault {}

    record Status(int code, Map<String, String> headers, String body) implements Fault {}

    /// The body stops and the connection stays.
    record Stall(int bytes, long millis) implements Fault {}

    /// Some bytes, and the rest when the test lets them go.
    record Held(int bytes, CountDownLatch rest) implements Fault {}

    record Page(String html) implements Fault {}

    static Fault cut(int bytes) {
      return new Cut(bytes);
    }

    static Fault status(int code) {
      return new Status(code, Map.of(), "");
    }
  }

  public record Request(String method, String path, Headers headers) {}

  private final HttpServer server;
  private final String scheme;
  public final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Map<String, String> etags = new ConcurrentHashMap<>();
  private final Map<String, String> redirects = new ConcurrentHashMap<>();
  private final Map<String, Map<String, String>> extraHeaders = new ConcurrentHashMap<>();
  private final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
  private final Map<String, String> secrets = new ConcurrentHashMap<>();
  private final Map<String, Fault> refusals = new ConcurrentHashMap<>();

  public FileServer() throws IOException {
    this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50), "http");
  }

  /// One that speaks TLS, on all addresses of this machine: pods reach it too.
  public static FileServer secured(SSLContext tls) throws IOException {
    HttpsServer server = HttpsServer.create(new InetSocketAddress(0), 50);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    return new FileServer(server, "https");
  }

  private FileServer(HttpServer server, String scheme) {
    this.server = server;
    this.scheme = scheme;
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  /// Under a name or an address of this machine: two names are two hosts.
  public URI uri(String host, String path) {
    return URI.create(scheme + "://" + host + ":" + server.getAddress().getPort() + path);
  }

  public URI uri(String path) {
    return uri("127.0.0.1", path);
  }

  public FileServer put(String path, byte[] content) {
    return put(path, content, "\"" + Digest.of(content).hex().substring(0, 16) + "\"");
  }

  public FileServer put(String path, byte[] content, String etag) {
    files.put(path, content);
    etags.put(path, etag);
    return this;
  }

  public FileServer redirect(String from, String to, Map<String, String> headers) {
    redirects.put(from, to);
    extraHeaders.put(from, headers);
    return this;
  }

  public FileServer fault(String path, Fault... next) {
    faults.computeIfAbsent(path, _ -> new ArrayDeque<>()).addAll(List.of(next));
    return this;
  }

  /// Answers so to everyone who does not bring this Authorization header.
  public FileServer locked(String path, String authorization, Fault refusal) {
    secrets.put(path, authorization);
    refusals.put(path, refusal);
    return this;
  }

  public long count(String path) {
    return requests.stream().filter(each -> each.path().equals(path)).count();
  }

  public Request last(String path) {
    return requests.stream().filter(each -> each.path().equals(path)).toList().getLast();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Headers copy = new Headers();
    copy.putAll(exchange.getRequestHeaders());
    requests.add(new Request(exchange.getRequestMethod(), path, copy));
    try (exchange) {
      Deque<Fault> queue = faults.getOrDefault(path, new ArrayDeque<>());
      Fault fault;
      synchronized (queue) {
        fault = queue.poll();
      }
      String secret = secrets.get(path);
      if (secret != null && !secret.equals(copy.getFirst("Authorization"))) {
        fault = refusals.get(path);
      }
      switch (fault) {
        case Fault.Status(int code, Map<String, String> headers, String body) -> {
          headers.forEach(exchange.getResponseHeaders()::set);
          send(exchange, code, body.getBytes(StandardCharsets.UTF_8));
        }
        case Fault.Page(String html) -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
          send(exchange, 200, html.getBytes(StandardCharsets.UTF_8));
        }
        case Fault.Cut(int bytes) -> file(exchange, path, bytes, bytes == 0 ? 0 : ARRIVAL_MILLIS);
        case Fault.Stall(int bytes, long millis) -> file(exchange, path, bytes, millis);
        case Fault.Held(int bytes, CountDownLatch rest) -> held(exchange, path, bytes, rest);
        case null -> {
          if (redirects.containsKey(path)) {
            extraHeaders.get(path).forEach(exchange.getResponseHeaders()::set);
            exchange.getResponseHeaders().set("Location", redirects.get(path));
            send(exchange, 302, new byte[0]);
          } else {
            file(exchange, path, Integer.MAX_VALUE, 0);
          }
        }
      }
    }
  }

  private static void send(HttpExchange exchange, int code, byte[] body) throws IOException {
    exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private void file(HttpExchange exchange, String path, int most, long stallMillis)
      throws IOException {
    byte[] content = files.get(path);
    if (content == null) {
      send(exchange, 404, "nothing here".getBytes(StandardCharsets.UTF_8));
      return;
    }
    Headers asked = exchange.getRequestHeaders();
    String etag = etags.get(path);
    exchange.getResponseHeaders().set("ETag", etag);
    if (etag.equals(asked.getFirst("If-None-Match"))) {
      send(exchange, 304, new byte[0]);
      return;
    }
    int from = 0;
    String range = asked.getFirst("Range");
    String condition = asked.getFirst("If-Range");
    if (range != null && (condition == null || condition.equals(etag))) {
      from = Integer.parseInt(range.replaceAll("\\D", ""));
      if (from >= content.length) {
        send(exchange, 416, new byte[0]);
        return;
      }
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range",
              "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
    }
    int length = content.length - from;
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, length == 0 ? -1 : length);
    OutputStream out = exchange.getResponseBody();
    int sent = Math.min(length, most);
    out.write(content, from, sent);
    out.flush();
    if (stallMillis > 0) {
      try {
        Thread.sleep(stallMillis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void held(HttpExchange exchange, String path, int first, CountDownLatch rest)
      throws IOException {
    byte[] content = files.get(path);
    exchange.getResponseHeaders().set("ETag", etags.get(path));
    exchange.sendResponseHeaders(200, content.length);
    OutputStream out = exchange.getResponseBody();
    out.write(content, 0, first);
    out.flush();
    try {
      rest.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    out.write(content, first, content.length - first);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
