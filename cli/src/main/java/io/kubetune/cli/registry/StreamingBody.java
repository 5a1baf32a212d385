package io.kubetune.cli.registry;

import io.kubetune.cli.terminal.TracedContent;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicLong;

/// Sends a content as it is made, a few chunks ahead of the network at most.
///
/// ```
/// var body = new StreamingBody(content, sizeBytes, item);
/// http.sendAsync(request.PUT(body.publisher()).build(), ofInputStream());
/// ```
final class StreamingBody {
  static final long UNKNOWN_SIZE = -1;
  private static final int CHUNK_BYTES = 128 << 10;
  private static final int CHUNKS_AHEAD = 8;
  private static final ExecutorService EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();

  private final BlobContent content;
  private final long sizeBytes;
  private final TransferListener.Item item;
  private final AtomicLong sentBytes = new AtomicLong();
  private volatile SubmissionPublisher<ByteBuffer> chunks;
  private volatile Exception failure;

  StreamingBody(BlobContent content, long sizeBytes, TransferListener.Item item) {
    this.content = content;
    this.sizeBytes = sizeBytes;
    this.item = item;
  }

  BodyPublisher publisher() {
    if (sizeBytes == 0) {
      return BodyPublishers.noBody();
    }
    Flow.Publisher<ByteBuffer> made =
        subscriber -> {
          // The JDK's client may send a request anew by itself, when a kept connection is gone.
          stop();
          SubmissionPublisher<ByteBuffer> own = new SubmissionPublisher<>(EXECUTOR, CHUNKS_AHEAD);
          chunks = own;
          own.subscribe(subscriber);
          EXECUTOR.execute(() -> produce(own));
        };
    return sizeBytes == UNKNOWN_SIZE
        ? BodyPublishers.fromPublisher(made)
        : BodyPublishers.fromPublisher(made, sizeBytes);
  }

  long sentBytes() {
    return sentBytes.get();
  }

  /// What `-v` shows of it: a manifest is made anew, a layer was counted.
  TracedContent traced(Optional<String> type) throws IOException {
    if (type.filter(each -> each.contains("json")).isEmpty()) {
      return TracedContent.counted(sentBytes());
    }
    TracedContent shown = TracedContent.of(type);
    content.writeTo(
        new OutputStream() {
          @Override
          public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            shown.add(bytes, offset, length);
          }
        });
    return shown;
  }

  /// Why the content itself could not be made: sending it again will not help.
  Optional<Exception> failure() {
    return Optional.ofNullable(failure);
  }

  BlobContent content() {
    return content;
  }

  /// Whoever sends the content another way tells here that it could not be made.
  void fail(Exception cause) {
    failure = cause;
  }

  /// Ends the producer where the request was given up; takes back what the bar had counted.
  void stop() {
    if (chunks != null) {
      chunks.closeExceptionally(new IOException("the upload was given up"));
    }
    item.advance(-sentBytes.getAndSet(0));
  }

  private void produce(SubmissionPublisher<ByteBuffer> own) {
    try (Chunks out = new Chunks(own)) {
      content.writeTo(out);
      out.sendChunk();
      own.close();
    } catch (UploadGone e) {
      own.close();
    } catch (IOException | RuntimeException e) {
      failure = e;
      own.closeExceptionally(e);
    }
  }

  /// Nobody takes the bytes any more; the request's own error says why.
  private static final class UploadGone extends IOException {
    private static final long serialVersionUID = 1;
  }

  private final class Chunks extends ChunkedOutput {
    private final SubmissionPublisher<ByteBuffer> own;

    Chunks(SubmissionPublisher<ByteBuffer> own) {
      super(CHUNK_BYTES);
      this.own = own;
    }

    @Override
    void sendChunk() throws IOException {
      if (filled == 0) {
        return;
      }
      if (own.isClosed() || !own.hasSubscribers()) {
        throw new UploadGone();
      }
      try {
        own.submit(ByteBuffer.wrap(chunk, 0, filled));
      } catch (IllegalStateException e) {
        throw new UploadGone(); // Closed since we looked.
      }
      sentBytes.addAndGet(filled);
      item.advance(filled);
      chunk = new byte[CHUNK_BYTES];
      filled = 0;
    }
  }
}
