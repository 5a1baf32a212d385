package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;

/// Reads an image from a registry (OCI distribution spec, "Pull").
///
/// ```
/// ImageSource source = new RegistrySource(reference, access, listener);
/// ```
final class RegistrySource implements ImageSource {
  private static final String ATTEMPTED = "can't pull the image";
  private static final String ACCEPTED =
      String.join(
          ", ",
          ImageManifest.OCI_MANIFEST,
          ImageManifest.OCI_INDEX,
          ImageManifest.DOCKER_MANIFEST,
          ImageManifest.DOCKER_LIST);

  private final ImageReference.Registry reference;
  private final RegistryAccess access;
  private final TransferListener listener;
  private final RegistryHttp http;

  RegistrySource(
      ImageReference.Registry reference, RegistryAccess access, TransferListener listener) {
    this.reference = reference;
    this.access = access;
    this.listener = listener;
    this.http = new RegistryHttp(reference, "pull", access, listener);
  }

  @Override
  public ResolvedImage resolve() {
    byte[] named = manifest(reference.reference(), reference.digest());
    Digest digest = Digest.of(named);
    Optional<Descriptor> chosen = ImageManifest.chosenOfIndex(named, reference.toString());
    byte[] bytes = named;
    if (chosen.isPresent()) {
      Digest inner = chosen.get().digest();
      bytes = manifest(inner.toString(), Optional.of(inner));
    }
    return new ResolvedImage(digest, ImageManifest.read(bytes, reference.toString()));
  }

  /// A manifest that is asked for by its digest can come from the cache; a tag may have moved.
  private byte[] manifest(String name, Optional<Digest> expected) {
    return expected
        .flatMap(digest -> access.cache().flatMap(cache -> cache.read(digest)))
        .orElseGet(() -> fetched(name, expected));
  }

  private byte[] fetched(String name, Optional<Digest> expected) {
    for (int attempt = 1; ; attempt++) {
      HttpResponse<InputStream> response = get("manifests/" + name, Map.of("Accept", ACCEPTED));
      if (response.statusCode() != 200) {
        throw Refusal.of(response, reference, ATTEMPTED, http.user());
      }
      try (InputStream body = new StallGuard(response.body(), access.stall())) {
        byte[] bytes = body.readNBytes(ImageManifest.MAX_BYTES + 1);
        Optional<Digest> announced =
            Digest.parse(response.headers().firstValue("Docker-Content-Digest").orElse(""));
        return checked(bytes, expected.or(() -> announced));
      } catch (IOException e) {
        if (attempt >= access.attempts()) {
          throw Refusal.unreachable(reference, ATTEMPTED, e);
        }
        Backoff.sleep(Backoff.pause(access, attempt));
      }
    }
  }

  private byte[] checked(byte[] bytes, Optional<Digest> promised) {
    if (bytes.length > ImageManifest.MAX_BYTES) {
      throw wrong("a manifest of more than 4 MiB");
    }
    Digest found = Digest.of(bytes);
    if (promised.filter(sum -> !sum.equals(found)).isPresent()) {
      throw wrong("a manifest whose digest is " + found + " and not the one that was promised");
    }
    access.cache().ifPresent(cache -> cache.write(found, bytes));
    return bytes;
  }

  @Override
  public InputStream open(Descriptor content) {
    try {
      return access.cache().isPresent()
          ? cached(content, access.cache().get())
          : new VerifiedStream(network(content, 0), content, reference.toString());
    } catch (IOException e) {
      throw Refusal.unreachable(reference, ATTEMPTED, e);
    }
  }

  private InputStream cached(Descriptor content, BlobCache cache) throws IOException {
    Optional<InputStream> known = cache.open(content);
    if (known.isPresent()) {
      return new VerifiedStream(
          known.get(),
          content,
          cache.folder().toString(),
          right -> {
            if (!right) {
              cache.remove(content);
            }
          });
    }
    Optional<BlobCache.Partial> partial = cache.partial(content);
    if (partial.isEmpty()) {
      return new VerifiedStream(network(content, 0), content, reference.toString());
    }
    CachingStream stream = new CachingStream(partial.get(), offset -> network(content, offset));
    return new VerifiedStream(stream, content, reference.toString(), stream::verified);
  }

  @Override
  public boolean keeps() {
    return access.cache().isPresent();
  }

  private InputStream network(Descriptor content, long start) throws IOException {
    return new ResumingStream(
        offset -> blob(content, offset),
        start,
        content.sizeBytes(),
        access,
        listener,
        e -> Refusal.unreachable(reference, ATTEMPTED, e));
  }

  private InputStream blob(Descriptor content, long offset) throws IOException {
    Map<String, String> headers = offset == 0 ? Map.of() : Map.of("Range", "bytes=" + offset + "-");
    HttpResponse<InputStream> response = get("blobs/" + content.digest(), headers);
    InputStream body = new StallGuard(response.body(), access.stall());
    return switch (response.statusCode()) {
      case 206 -> body;
      case 200 -> {
        // A server that knows no ranges starts from the beginning.
        body.skipNBytes(offset);
        yield body;
      }
      default -> throw Refusal.of(response, reference, ATTEMPTED, http.user());
    };
  }

  private HttpResponse<InputStream> get(String path, Map<String, String> headers) {
    try {
      return http.get(path, headers);
    } catch (IOException e) {
      throw Refusal.unreachable(reference, ATTEMPTED, e);
    }
  }

  private TuneException wrong(String found) {
    return new TuneException(
        ExitCode.REGISTRY,
        "can't trust the image",
        reference.toString(),
        found,
        "pull again; if it stays so, the image is damaged where it is stored");
  }
}
