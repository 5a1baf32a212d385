package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Writes an image to a registry (OCI distribution spec, "Push"): contents that are there are not
/// sent again, and the manifest comes last.
///
/// ```
/// ImageTarget target = new RegistryTarget(reference, access, listener);
/// ```
final class RegistryTarget implements ImageTarget {
  private static final Map<String, String> BYTES =
      Map.of("Content-Type", "application/octet-stream");

  private final ImageReference.Registry reference;
  private final RegistryAccess access;
  private final TransferListener listener;
  private final RegistryHttp http;
  private final Upload upload;

  RegistryTarget(
      ImageReference.Registry reference, RegistryAccess access, TransferListener listener) {
    if (reference.digest().isPresent()) {
      throw new TuneException(
          ExitCode.USAGE,
          Upload.ATTEMPTED,
          reference.toString(),
          "a digest can't be chosen, it follows from the contents",
          "name a tag: HOST/REPOSITORY:TAG");
    }
    this.reference = reference;
    this.access = access;
    this.listener = listener;
    this.http = new RegistryHttp(reference, "pull,push", access, listener);
    this.upload = new Upload(http, reference, access, listener);
  }

  @Override
  public void put(Descriptor blob, BlobContent content, String title) throws IOException {
    try (TransferListener.Item item = listener.begin(title, blob.sizeBytes())) {
      if (isThere(blob)) {
        item.advance(blob.sizeBytes());
        return;
      }
      upload.run(
          content,
          blob.sizeBytes(),
          item,
          body -> http.send("PUT", named(session(), blob.digest()), BYTES, body),
          body -> inPieces(body, blob::digest, item));
    }
  }

  /// As `docker push` does it: all in one PATCH of unknown length, then the digest.
  @Override
  public Descriptor stream(String mediaType, BlobContent content, long expectedBytes, String title)
      throws IOException {
    Measured measured = new Measured(content);
    try (TransferListener.Item item = listener.begin(title, expectedBytes)) {
      upload.run(
          measured,
          StreamingBody.UNKNOWN_SIZE,
          item,
          body -> patch(body, measured, item),
          body -> inPieces(body, measured::digest, item));
    }
    return measured.descriptor(mediaType);
  }

  private HttpResponse<InputStream> patch(
      StreamingBody body, Measured measured, TransferListener.Item item) throws IOException {
    HttpResponse<InputStream> taken = http.send("PATCH", session(), BYTES, body);
    Optional<String> location = taken.headers().firstValue("Location");
    if (taken.statusCode() != 202 || location.isEmpty()) {
      return taken;
    }
    taken.body().close();
    return end(http.resolve(location.get()), measured.digest(), item);
  }

  /// @param digest of the content, asked for when all of it is sent
  private HttpResponse<InputStream> inPieces(
      StreamingBody body, Supplier<Digest> digest, TransferListener.Item item) throws IOException {
    PieceUpload pieces = new PieceUpload(http, access, listener, item, session());
    boolean sent = false;
    try {
      write(body, pieces);
      HttpResponse<InputStream> response = end(pieces.finish(), digest.get(), item);
      sent = response.statusCode() == 201 || response.statusCode() == 204;
      return response;
    } finally {
      if (!sent) {
        pieces.takeBack();
      }
    }
  }

  private static void write(StreamingBody body, PieceUpload pieces) throws IOException {
    try {
      body.content().writeTo(pieces);
    } catch (PieceUpload.Broken e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      body.fail(e);
      throw e;
    }
  }

  private HttpResponse<InputStream> end(URI session, Digest digest, TransferListener.Item item)
      throws IOException {
    StreamingBody nothing = new StreamingBody(out -> {}, 0, item);
    return http.send("PUT", named(session, digest), BYTES, nothing);
  }

  @Override
  public boolean mount(Descriptor blob, ImageReference from) {
    if (!(from instanceof ImageReference.Registry other)
        || !other.host().equals(reference.host())) {
      return false;
    }
    String query = "?mount=" + blob.digest() + "&from=" + other.repository();
    try (InputStream body = posted("blobs/uploads/" + query)) {
      return body != null;
    } catch (IOException e) {
      throw Refusal.unreachable(reference, Upload.ATTEMPTED, e);
    }
  }

  /// Null where the registry did not take it (202: it offers an upload instead).
  private InputStream posted(String path) throws IOException {
    HttpResponse<InputStream> response = http.post(path);
    if (response.statusCode() == 201) {
      return response.body();
    }
    response.body().close();
    return null;
  }

  @Override
  public void commit(ImageManifest manifest) throws IOException {
    URI address = http.resolve("manifests/" + reference.reference());
    Map<String, String> type = Map.of("Content-Type", manifest.mediaType());
    try (TransferListener.Item item = listener.begin("manifest", manifest.bytes().length)) {
      Upload.Attempt whole = body -> http.send("PUT", address, type, body);
      upload.run(out -> out.write(manifest.bytes()), manifest.bytes().length, item, whole, whole);
    }
  }

  @Override
  public void close() {
    // Uploads that were not finished expire at the registry; nothing names them.
  }

  private boolean isThere(Descriptor blob) {
    try (InputStream body = head(blob)) {
      return body != null;
    } catch (IOException e) {
      throw Refusal.unreachable(reference, Upload.ATTEMPTED, e);
    }
  }

  private InputStream head(Descriptor blob) throws IOException {
    HttpResponse<InputStream> response = http.head("blobs/" + blob.digest());
    return switch (response.statusCode()) {
      case 200 -> response.body();
      case 404 -> {
        response.body().close();
        yield null;
      }
      default -> throw Refusal.of(response, reference, Upload.ATTEMPTED, http.user());
    };
  }

  private URI session() throws IOException {
    HttpResponse<InputStream> response = http.post("blobs/uploads/");
    Optional<String> location = response.headers().firstValue("Location");
    if (response.statusCode() != 202 || location.isEmpty()) {
      throw Refusal.of(response, reference, Upload.ATTEMPTED, http.user());
    }
    response.body().close();
    return http.resolve(location.get());
  }

  private static URI named(URI address, Digest digest) {
    String text = address.toString();
    return URI.create(text + (text.contains("?") ? "&" : "?") + "digest=" + digest);
  }
}
