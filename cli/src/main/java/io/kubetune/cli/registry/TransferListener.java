package io.kubetune.cli.registry;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Is told what moves, for progress bars; called from several threads.
///
/// ```
/// try (var item = listener.begin("layer 1 of 2", 1_000_000)) { item.advance(4096); }
/// ```
public interface TransferListener {
  TransferListener SILENT =
      new TransferListener() {
        @Override
        public Item begin(String title, long totalBytes) {
          return bytes -> {};
        }

        @Override
        public void say(String message) {}
      };

  /// @param totalBytes what `advance` will sum up to, unless the transfer is cut or repeated
  Item begin(String title, long totalBytes);

  /// Something worth a line: a retry, contents that were there already. Never holds a secret.
  void say(String message);

  /// The registry answered a request.
  ///
  /// @param headers of the request; secrets among them
  default void answered(
      String method, URI uri, int status, Duration took, Map<String, List<String>> headers) {}

  /// One thing that moves; closed when it is through or has failed.
  @FunctionalInterface
  interface Item extends AutoCloseable {
    /// @param bytes moved since the last call; negative where a broken transfer starts again
    void advance(long bytes);

    @Override
    default void close() {}
  }
}
