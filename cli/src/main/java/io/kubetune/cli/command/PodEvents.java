package io.kubetune.cli.command;

import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.terminal.HttpTrace;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TerminationLog;
import io.kubetune.contract.TimedEvent;
import io.kubetune.contract.TuneException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What moves into or out of a pod as JSON, one object a line: for the pod's log, and for whoever
/// watches it.
///
/// ```
/// {"event":"downloading","time":"2026-11-23T04:30:00.000Z","source":"hf://org/name","bytes":1024,"total_bytes":4096}
/// ```
final class PodEvents implements TransferListener {
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final PrintStream out;
  private final HttpTrace trace;
  private final String verb;
  private final String source;

  PodEvents(Terminal terminal, String verb, String source) {
    this.out = terminal.out();
    this.trace = HttpTrace.of(terminal);
    this.verb = verb;
    this.source = source;
  }

  /// A line with a time; what is more of it is the caller's.
  static ObjectNode event(String kind) {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("event", kind);
    event.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    return event;
  }

  @Override
  public Item begin(String title, long totalBytes) {
    AtomicLong moved = new AtomicLong();
    AtomicLong said = new AtomicLong(System.nanoTime());
    return bytes -> {
      long now = System.nanoTime();
      long sum = moved.addAndGet(bytes);
      long last = said.get();
      if (now - last > BETWEEN.toNanos() && said.compareAndSet(last, now)) {
        ObjectNode event = event(verb).put("source", source).put("bytes", sum);
        if (totalBytes >= 0) {
          event.put("total_bytes", totalBytes);
        }
        print(event);
      }
    };
  }

  @Override
  public void say(String message) {
    print(event("retrying").put("source", source).put("message", message));
  }

  @Override
  public HttpTrace trace() {
    return trace;
  }

  /// Last of a container that failed: the same event as the trainer's, also as the pod's last word.
  static void failed(TuneException failure, PrintStream out, Map<String, String> environment) {
    String problems =
        failure.problems().stream()
            .map(each -> each.place() + ": " + each.found())
            .collect(Collectors.joining("; "));
    String remedies =
        failure.problems().stream()
            .map(Problem::remedy)
            .filter(each -> !each.isEmpty())
            .distinct()
            .collect(Collectors.joining("; "));
    Event.Failed event =
        new Event.Failed(
            failure.exitCode().name().toLowerCase(Locale.ROOT),
            failure.exitCode().code(),
            failure.getMessage() + (problems.isEmpty() ? "" : ": " + problems),
            remedies,
            failure.problems().stream().map(Problem::place).findFirst());
    String line = EventLine.write(TimedEvent.now(event));
    out.println(line);
    out.flush();
    TerminationLog.of(environment).ifPresent(log -> log.write(line));
  }

  void print(ObjectNode event) {
    synchronized (out) {
      out.println(event);
      out.flush();
    }
  }
}
