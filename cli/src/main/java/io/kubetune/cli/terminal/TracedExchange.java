package io.kubetune.cli.terminal;

import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// One request of the JDK's client and its answer, shown as `-v` asks for.
///
/// ```
/// TracedExchange traced = new TracedExchange(trace, request);
/// return traced.answered(client.send(request, traced.streamed()));
/// ```
public final class TracedExchange {
  private final HttpTrace trace;
  private final HttpRequest request;
  private final long started = System.nanoTime();

  public TracedExchange(HttpTrace trace, HttpRequest request) {
    this.trace = trace;
    this.request = request;
  }

  /// The answer as a stream.
  public HttpResponse.BodyHandler<InputStream> streamed() {
    return streamed(false);
  }

  /// The same of a file: its content is told by its size, what the server says instead is shown.
  public HttpResponse.BodyHandler<InputStream> file() {
    return streamed(true);
  }

  private HttpResponse.BodyHandler<InputStream> streamed(boolean isFile) {
    if (!trace.showsBodies()) {
      return HttpResponse.BodyHandlers.ofInputStream();
    }
    return answer -> {
      boolean encoded = answer.headers().firstValue("Content-Encoding").isPresent();
      boolean counts = encoded || isFile && answer.statusCode() / 100 == 2;
      TracedContent content =
          counts
              ? TracedContent.counted(0)
              : TracedContent.of(answer.headers().firstValue("Content-Type"));
      return BodySubscribers.mapping(
          BodySubscribers.ofInputStream(),
          in ->
              new TracedBody(
                  in,
                  content,
                  () ->
                      trace.body(
                          HttpTrace.Direction.ANSWERED, request.method(), request.uri(), content)));
    };
  }

  public <T> HttpResponse<T> answered(HttpResponse<T> answer) {
    tell(answer.statusCode(), answer.headers().map());
    return answer;
  }

  /// There was none.
  public void failed() {
    tell(0, Map.of());
  }

  /// The request's body.
  public void sent(TracedContent content) {
    trace.body(HttpTrace.Direction.SENT, request.method(), request.uri(), content);
  }

  /// The answer's body, where it was read at once.
  public void answered(HttpResponse<?> answer, byte[] body) {
    TracedContent content = TracedContent.of(answer.headers().firstValue("Content-Type"));
    content.add(body, 0, body.length);
    trace.body(HttpTrace.Direction.ANSWERED, request.method(), request.uri(), content);
  }

  private void tell(int status, Map<String, List<String>> answered) {
    trace.answered(
        request.method(),
        request.uri(),
        status,
        Duration.ofNanos(System.nanoTime() - started),
        request.headers().map(),
        answered);
  }
}
