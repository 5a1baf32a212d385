package io.kubetune.cli.command;

import io.kubetune.cli.registry.TransferListener;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A download as JSON, one object a line: for a pod's log, and for whoever watches it.
///
/// ```
/// {"event":"downloading","time":"2026-11-23T04:30:00.000Z","source":"hf://org/name","bytes":1024,"total_bytes":4096}
/// ```
final class DownloadEvents implements TransferListener {
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final PrintStream out;
  private final String source;

  DownloadEvents(PrintStream out, String source) {
    this.out = out;
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
        ObjectNode event = event("downloading").put("source", source).put("bytes", sum);
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

  void print(ObjectNode event) {
    synchronized (out) {
      out.println(event);
      out.flush();
    }
  }
}
