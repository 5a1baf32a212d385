package io.kubetune.cli.registry;

import io.kubetune.cli.terminal.HttpTrace;

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

  /// Where the requests that it takes are shown.
  default HttpTrace trace() {
    return HttpTrace.OFF;
  }

  /// One thing that moves; closed when it is through or has failed.
  @FunctionalInterface
  interface Item extends AutoCloseable {
    /// @param bytes moved since the last call; negative where a broken transfer starts again
    void advance(long bytes);

    @Override
    default void close() {}
  }
}
