package io.kubetune.cli.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sends a content in pieces, a request each, so that a line that breaks costs one piece and not
/// all: the registry says what it has, and the rest goes on from there (OCI distribution spec,
/// "Pushing a blob in chunks"). A registry that forgot the upload ends it.
///
/// ```
/// PieceUpload pieces = new PieceUpload(http, access, listener, item, session);
/// content.writeTo(pieces);
/// URI last = pieces.finish();
/// ```
final class PieceUpload extends ChunkedOutput {
  /// Two of them are in memory where two layers are pushed at once.
  private static final int PIECE_BYTES = 8 << 20;

  private static final String BYTES = "application/octet-stream";
  private static final Pattern HELD = Pattern.compile("(?:bytes=)?0-([0-9]{1,18})");

  /// The registry or the way there, and not the content, is at fault.
  static final class Broken extends IOException {
    private static final long serialVersionUID = 1;

    Broken(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private final RegistryHttp http;
  private final RegistryAccess access;
  private final TransferListener listener;
  private final TransferListener.Item item;
  private URI session;

  /// Of the content, what the registry has for certain.
  private long heldBytes;

  PieceUpload(
      RegistryHttp http,
      RegistryAccess access,
      TransferListener listener,
      TransferListener.Item item,
      URI session) {
    super(PIECE_BYTES);
    this.http = http;
    this.access = access;
    this.listener = listener;
    this.item = item;
    this.session = session;
  }

  /// Sends what is left.
  ///
  /// @return where the upload is to be ended
  URI finish() throws Broken {
    sendChunk();
    return session;
  }

  /// The bar forgets what was sent: the upload begins anew.
  void takeBack() {
    item.advance(-heldBytes);
    heldBytes = 0;
  }

  @Override
  void sendChunk() throws Broken {
    long start = heldBytes;
    for (int failures = 0; heldBytes < start + filled; ) {
      String reason;
      try {
        reason = send(start);
      } catch (Broken e) {
        throw e;
      } catch (IOException e) {
        if (NoAnswer.isFinal(e)) {
          throw new Broken(e.getMessage(), e);
        }
        reason = NoAnswer.words(e);
      }
      if (heldBytes < start + filled) {
        failures++;
        if (failures >= access.attempts()) {
          throw new Broken(reason, null);
        }
        Duration pause = Backoff.pause(access, failures);
        listener.say(
            "the upload broke at byte %,d (%s); going on in %.1f s"
                .formatted(heldBytes, reason, pause.toMillis() / 1e3));
        Backoff.sleep(pause);
        askWhatIsHeld(start);
      }
    }
    filled = 0;
  }

  /// What the registry lacks of the piece that began at `start`.
  ///
  /// @return why it is not there now; empty where it is
  private String send(long start) throws IOException {
    int skipped = (int) (heldBytes - start);
    int count = filled - skipped;
    String range = heldBytes + "-" + (heldBytes + count - 1);
    StreamingBody body = new StreamingBody(out -> out.write(chunk, skipped, count), count, item);
    HttpResponse<InputStream> response =
        http.send("PATCH", session, Map.of("Content-Type", BYTES, "Content-Range", range), body);
    response.body().close();
    int status = response.statusCode();
    if (status == 202) {
      session = location(response).orElse(session);
      heldBytes += count;
      return "";
    }
    body.stop();
    if (!RegistryHttp.isPassing(status)) {
      throw new Broken("the registry refused a piece with status " + status, null);
    }
    return "status " + status;
  }

  private void askWhatIsHeld(long start) throws Broken {
    try (InputStream body = status(start)) {
      body.transferTo(OutputStream.nullOutputStream());
    } catch (Broken e) {
      throw e;
    } catch (IOException e) {
      throw new Broken("the registry does not say what it has of the upload", e);
    }
  }

  private InputStream status(long start) throws IOException {
    HttpResponse<InputStream> response = http.get(session.toString(), Map.of());
    long held = held(response);
    if (response.statusCode() != 204 || held < start || held > start + filled) {
      response.body().close();
      throw new Broken("the registry has forgotten the upload", null);
    }
    session = location(response).orElse(session);
    item.advance(held - heldBytes);
    heldBytes = held;
    return response.body();
  }

  /// The range's end is its last byte; a registry that has nothing says `0-0` too.
  private static long held(HttpResponse<?> response) {
    Matcher range = HELD.matcher(response.headers().firstValue("Range").orElse(""));
    long last = range.matches() ? Long.parseLong(range.group(1)) : 0;
    return last == 0 ? 0 : last + 1;
  }

  private Optional<URI> location(HttpResponse<?> response) throws IOException {
    Optional<String> named = response.headers().firstValue("Location");
    return named.isPresent() ? Optional.of(http.resolve(named.get())) : Optional.empty();
  }
}
