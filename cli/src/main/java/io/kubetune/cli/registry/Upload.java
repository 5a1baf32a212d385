package io.kubetune.cli.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;

/// Sends one content until it is through. An attempt begins with the first byte, because the
/// content can be made again and most registries forget an upload whose request broke. After one
/// that broke the content goes in pieces, each resumed for itself; then whole again, for registries
/// that want that.
///
/// ```
/// new Upload(http, reference, access, listener).run(content, sizeBytes, item, body -> …, body -> …);
/// ```
record Upload(
    RegistryHttp http,
    ImageReference.Registry reference,
    RegistryAccess access,
    TransferListener listener) {
  static final String ATTEMPTED = "can't push the image";

  /// One attempt: the answer that says whether the content is stored.
  @FunctionalInterface
  interface Attempt {
    HttpResponse<InputStream> send(StreamingBody body) throws IOException;
  }

  /// @throws IOException where the content can't be made; what the registry does is a TuneException
  void run(
      BlobContent content,
      long sizeBytes,
      TransferListener.Item item,
      Attempt whole,
      Attempt inPieces)
      throws IOException {
    for (int count = 1; ; count++) {
      Attempt attempt = count % 2 == 1 ? whole : inPieces;
      StreamingBody body = new StreamingBody(content, sizeBytes, item);
      String reason;
      try {
        HttpResponse<InputStream> response = attempt.send(body);
        int status = response.statusCode();
        if (status == 201 || status == 204) {
          response.body().close();
          return;
        }
        if (count >= access.attempts() || !RegistryHttp.isPassing(status)) {
          throw Refusal.of(response, reference, ATTEMPTED, http.user());
        }
        response.body().close();
        body.stop();
        reason = "status " + status;
      } catch (IOException e) {
        if (body.failure().isPresent()) {
          throw made(body.failure().get());
        }
        if (count >= access.attempts() || NoAnswer.isFinal(e)) {
          throw Refusal.unreachable(reference, ATTEMPTED, e);
        }
        reason = NoAnswer.words(e);
      }
      Duration pause = Backoff.pause(access, count);
      listener.say(
          "the upload broke (%s); attempt %d of %d in %.1f s"
              .formatted(reason, count + 1, access.attempts(), pause.toMillis() / 1e3));
      Backoff.sleep(pause);
    }
  }

  private static IOException made(Exception failure) {
    return switch (failure) {
      case IOException io -> io;
      case RuntimeException defect -> throw defect;
      default -> new IOException(failure);
    };
  }
}
