package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.Concurrently;
import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.ImageSource;
import io.kubetune.cli.registry.TransferListener;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// An image's layers as they are wanted, the first first. One is read straight from the registry;
/// those whose turn comes much later are pulled to the cache meanwhile, several at once.
///
/// ```
/// try (var upcoming = new UpcomingLayers(source, layers, listener); InputStream first = upcoming.open(0)) { … }
/// ```
final class UpcomingLayers implements AutoCloseable {
  /// With the one that is read, four connections.
  private static final int BEHIND_AT_ONCE = 3;

  /// A layer behind less than this is wanted so soon that the way through the cache is the longer.
  private static final long FAR_BYTES = 16L << 20;

  private final ImageSource source;
  private final List<Descriptor> layers;
  private final TransferListener.Item item;
  private final ExecutorService pool = Executors.newFixedThreadPool(BEHIND_AT_ONCE);
  private final Map<Integer, Future<Long>> pulls = new HashMap<>();

  UpcomingLayers(ImageSource source, List<Descriptor> layers, TransferListener listener) {
    this.source = source;
    this.layers = layers;
    this.item = listener.begin("pulling", layers.stream().mapToLong(Descriptor::sizeBytes).sum());
    long before = 0;
    for (int i = 0; i < layers.size() && source.keeps(); i++) {
      Descriptor layer = layers.get(i);
      if (before >= FAR_BYTES) {
        pulls.put(i, pool.submit(() -> pull(layer)));
      }
      before += layer.sizeBytes();
    }
  }

  private long pull(Descriptor layer) throws IOException {
    try (InputStream stream = counted(layer)) {
      return stream.transferTo(OutputStream.nullOutputStream());
    }
  }

  /// Each layer's stream is asked for once.
  InputStream open(int index) throws IOException {
    Future<Long> pull = pulls.get(index);
    if (pull == null) {
      return counted(layers.get(index));
    }
    Concurrently.result(pull);
    return source.open(layers.get(index));
  }

  private InputStream counted(Descriptor layer) throws IOException {
    return new FilterInputStream(source.open(layer)) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        item.advance(Math.max(0, count));
        return count;
      }

      @Override
      public int read() throws IOException {
        int value = in.read();
        item.advance(value < 0 ? 0 : 1);
        return value;
      }
    };
  }

  /// What was not wanted after all is given up; its first bytes stay in the cache.
  @Override
  public void close() {
    pool.shutdownNow();
    pool.close();
    item.close();
  }
}
