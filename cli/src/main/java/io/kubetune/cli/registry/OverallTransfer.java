package io.kubetune.cli.registry;

import io.kubetune.cli.terminal.HttpTrace;

/// Several transfers at once as one bar: whoever moves bytes moves it.
///
/// ```
/// try (OverallTransfer all = new OverallTransfer(listener, "pushing", totalBytes)) {
///   ImageTarget target = ImageTarget.of(reference, access, all);
/// }
/// ```
public final class OverallTransfer implements TransferListener, AutoCloseable {
  private final TransferListener listener;
  private final Item overall;

  /// @param totalBytes of all that will be begun
  public OverallTransfer(TransferListener listener, String title, long totalBytes) {
    this.listener = listener;
    this.overall = listener.begin(title, totalBytes);
  }

  @Override
  public Item begin(String title, long totalBytes) {
    return overall::advance;
  }

  @Override
  public void say(String message) {
    listener.say(message);
  }

  @Override
  public HttpTrace trace() {
    return listener.trace();
  }

  @Override
  public void close() {
    overall.close();
  }
}
