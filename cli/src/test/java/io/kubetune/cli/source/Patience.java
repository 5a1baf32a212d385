package io.kubetune.cli.source;

import io.kubetune.cli.registry.TransferListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// Options whose pauses are short, and a listener that keeps what it was told.
final class Patience {
  private Patience() {}

  static SourceOptions options(Path home, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(Map.of("HOME", home.toString()));
    environment.putAll(more);
    return SourceOptions.of(environment)
        .withPatience(4, Duration.ofMillis(5), Duration.ofSeconds(2));
  }

  static final class Heard implements TransferListener {
    final List<String> said = new CopyOnWriteArrayList<>();
    final AtomicLong moved = new AtomicLong();

    @Override
    public Item begin(String title, long totalBytes) {
      return moved::addAndGet;
    }

    @Override
    public void say(String message) {
      said.add(message);
    }
  }
}
