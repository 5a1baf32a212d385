package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpHeaders;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.kubetune.cli.terminal.HttpTrace;
import io.kubetune.cli.terminal.TracedContent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Shows each request to the API server as `-v` asks for.
///
/// ```
/// http.addOrReplaceInterceptor(TracedRequests.NAME, new TracedRequests(HttpTrace.of(terminal)));
/// ```
final class TracedRequests implements Interceptor {
  static final String NAME = "kubetune-trace";

  private final HttpTrace trace;
  private final Map<UUID, Long> started = new ConcurrentHashMap<>();

  TracedRequests(HttpTrace trace) {
    this.trace = trace;
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    started.put(request.id(), System.nanoTime());
  }

  @Override
  public AsyncBody.Consumer<List<ByteBuffer>> consumer(
      AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
    return trace.showsBodies() ? new Overheard(consumer) : consumer;
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    tell(request, response.code(), response.headers());
    if (!trace.showsBodies()) {
      return;
    }
    String sent = request.bodyString();
    if (sent != null) {
      body(HttpTrace.Direction.SENT, request, TracedContent.of(type(request), sent));
    }
    Overheard overheard = consumer == null ? null : consumer.unwrap(Overheard.class);
    if (overheard != null && response.body() instanceof AsyncBody body) {
      // A log is what the command shows anyway, and may have no end.
      boolean isLog = request.uri().getPath().endsWith("/log");
      overheard.content =
          isLog && response.code() == 200
              ? TracedContent.counted(0)
              : TracedContent.of(type(response));
      body.done()
          .whenComplete((_, _) -> body(HttpTrace.Direction.ANSWERED, request, overheard.content));
    }
  }

  @Override
  public void afterConnectionFailure(HttpRequest request, Throwable failure) {
    tell(request, 0, Map.of());
  }

  private void body(HttpTrace.Direction direction, HttpRequest request, TracedContent content) {
    trace.body(direction, request.method(), request.uri(), content);
  }

  private static Optional<String> type(HttpHeaders headers) {
    return headers.headers("Content-Type").stream().findFirst();
  }

  private void tell(HttpRequest request, int status, Map<String, List<String>> answered) {
    Long start = started.remove(request.id());
    Duration took = start == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - start);
    trace.answered(request.method(), request.uri(), status, took, request.headers(), answered);
  }

  /// Hands on what arrives, and keeps it for the trace.
  private static final class Overheard implements AsyncBody.Consumer<List<ByteBuffer>> {
    private final AsyncBody.Consumer<List<ByteBuffer>> consumer;
    private volatile TracedContent content = TracedContent.counted(0);

    private Overheard(AsyncBody.Consumer<List<ByteBuffer>> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void consume(List<ByteBuffer> value, AsyncBody body) throws Exception {
      for (ByteBuffer each : value) {
        byte[] bytes = new byte[each.remaining()];
        each.duplicate().get(bytes);
        content.add(bytes, 0, bytes.length);
      }
      consumer.consume(value, body);
    }

    @Override
    public <U> U unwrap(Class<U> target) {
      return target.isInstance(this) ? target.cast(this) : consumer.unwrap(target);
    }
  }
}
