package io.kubetune.cli.cluster;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.kubetune.cli.terminal.HttpTrace;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    tell(request, response.code());
  }

  @Override
  public void afterConnectionFailure(HttpRequest request, Throwable failure) {
    tell(request, 0);
  }

  private void tell(HttpRequest request, int status) {
    Long start = started.remove(request.id());
    Duration took = start == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - start);
    trace.answered(request.method(), request.uri(), status, took, request.headers());
  }
}
