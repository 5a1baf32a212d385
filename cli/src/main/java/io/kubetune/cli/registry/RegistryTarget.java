package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/// Writes an image to a registry (OCI distribution spec, "Push"): contents that are there are not
/// sent again, and the manifest comes last.
///
/// ```
/// ImageTarget target = new RegistryTarget(reference, access, listener);
/// ```
final class RegistryTarget implements ImageTarget {
  private static final String ATTEMPTED = "can't push the image";

  private final ImageReference.Registry reference;
  private final RegistryAccess access;
  private final TransferListener listener;
  private final RegistryHttp http;

  RegistryTarget(
      ImageReference.Registry reference, RegistryAccess access, TransferListener listener) {
    if (reference.digest().isPresent()) {
      throw new TuneException(
          ExitCode.USAGE,
          ATTEMPTED,
          reference.toString(),
          "a digest can't be chosen, it follows from the contents",
          "name a tag: HOST/REPOSITORY:TAG");
    }
    this.reference = reference;
    this.access = access;
    this.listener = listener;
    this.http = new RegistryHttp(reference, "pull,push", access, listener);
  }

  @Override
  public void put(Descriptor blob, BlobContent content, String title) throws IOException {
    try (TransferListener.Item item = listener.begin(title, blob.sizeBytes())) {
      if (isThere(blob)) {
        item.advance(blob.sizeBytes());
        listener.say(title + ": there already");
        return;
      }
      upload(item, blob.sizeBytes(), content, "application/octet-stream", () -> session(blob));
    }
  }

  @Override
  public void commit(ImageManifest manifest) throws IOException {
    try (TransferListener.Item item = listener.begin("manifest", manifest.bytes().length)) {
      upload(
          item,
          manifest.bytes().length,
          out -> out.write(manifest.bytes()),
          manifest.mediaType(),
          () -> http.resolve("manifests/" + reference.reference()));
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
      throw Refusal.unreachable(reference, ATTEMPTED, e);
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
      default -> throw Refusal.of(response, reference, ATTEMPTED, http.user());
    };
  }

  private URI session(Descriptor blob) throws IOException {
    HttpResponse<InputStream> response = http.post("blobs/uploads/");
    Optional<String> location = response.headers().firstValue("Location");
    if (response.statusCode() != 202 || location.isEmpty()) {
      throw Refusal.of(response, reference, ATTEMPTED, http.user());
    }
    response.body().close();
    String address = http.resolve(location.get()).toString();
    return URI.create(address + (address.contains("?") ? "&" : "?") + "digest=" + blob.digest());
  }

  @FunctionalInterface
  private interface Address {
    URI open() throws IOException;
  }

  /// Sends until it is through: each attempt begins at a fresh address with the first byte.
  private void upload(
      TransferListener.Item item,
      long sizeBytes,
      BlobContent content,
      String contentType,
      Address address)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      StreamingBody body = new StreamingBody(content, sizeBytes, item);
      String reason;
      try {
        HttpResponse<InputStream> response = http.put(address.open(), contentType, body);
        int status = response.statusCode();
        if (status == 201 || status == 204) {
          response.body().close();
          return;
        }
        if (attempt >= access.attempts() || !RegistryHttp.isPassing(status)) {
          throw Refusal.of(response, reference, ATTEMPTED, http.user());
        }
        response.body().close();
        body.stop();
        reason = "status " + status;
      } catch (IOException e) {
        if (body.failure().isPresent()) {
          throw new IOException(body.failure().get().getMessage(), body.failure().get());
        }
        if (attempt >= access.attempts() || Refusal.isFinal(e)) {
          throw Refusal.unreachable(reference, ATTEMPTED, e);
        }
        reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      }
      Duration pause = Backoff.pause(access, attempt);
      listener.say(
          "the upload broke (%s); attempt %d of %d in %.1f s"
              .formatted(reason, attempt + 1, access.attempts(), pause.toMillis() / 1e3));
      Backoff.sleep(pause);
    }
  }
}
