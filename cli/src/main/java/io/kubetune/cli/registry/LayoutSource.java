package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Reads an image from an OCI layout on disk (OCI image spec, "Image Layout").
///
/// ```
/// ImageSource source = new LayoutSource(new ImageReference.OciLayout(Path.of("out"), "v1"));
/// ```
record LayoutSource(ImageReference.OciLayout reference) implements ImageSource {
  /// The annotation by which an index names the tag of a manifest.
  static final String TAG = "org.opencontainers.image.ref.name";

  @Override
  public ResolvedImage resolve() throws IOException {
    Descriptor named = named();
    byte[] bytes = read(named);
    Optional<Descriptor> chosen = ImageManifest.chosenOfIndex(bytes, reference.toString());
    byte[] manifest = chosen.isPresent() ? read(chosen.get()) : bytes;
    return new ResolvedImage(named.digest(), ImageManifest.read(manifest, reference.toString()));
  }

  @Override
  public InputStream open(Descriptor content) throws IOException {
    try {
      return new VerifiedStream(
          Files.newInputStream(blob(reference.dir(), content.digest())),
          content,
          reference.toString());
    } catch (NoSuchFileException e) {
      throw new TuneException(
          ExitCode.REGISTRY,
          "can't read the image",
          reference.toString(),
          "the layout lacks the content " + content.digest(),
          "copy the layout again, or pull the image anew");
    }
  }

  @Override
  public boolean keeps() {
    return false; // It is near already.
  }

  static Path blob(Path dir, Digest digest) {
    return dir.resolve("blobs").resolve("sha256").resolve(digest.hex());
  }

  private byte[] read(Descriptor manifest) throws IOException {
    if (manifest.sizeBytes() > ImageManifest.MAX_BYTES) {
      throw missing("a manifest of more than 4 MiB", "");
    }
    try (InputStream in = open(manifest)) {
      return in.readAllBytes();
    }
  }

  private Descriptor named() throws IOException {
    Path index = reference.dir().resolve("index.json");
    if (!Files.isRegularFile(index)) {
      throw missing("no OCI layout there (no index.json)", "check the folder");
    }
    List<JsonNode> images = new ArrayList<>();
    ImageManifest.parse(Files.readAllBytes(index), index.toString())
        .path("manifests")
        .forEach(images::add);
    for (JsonNode each : images) {
      if (tag(each).equals(reference.tag())) {
        return Descriptor.read(each, index.toString());
      }
    }
    // Other tools write an image without a tag where none is asked for.
    if (images.size() == 1 && reference.tag().equals(ImageReference.DEFAULT_TAG)) {
      return Descriptor.read(images.getFirst(), index.toString());
    }
    List<String> tags = images.stream().map(LayoutSource::tag).sorted().toList();
    throw missing("no image with the tag '" + reference.tag() + "'", "there are: " + tags);
  }

  private static String tag(JsonNode manifest) {
    return manifest.path("annotations").path(TAG).asString("");
  }

  private TuneException missing(String found, String remedy) {
    return new TuneException(
        ExitCode.NOT_FOUND, "can't read the image", reference.toString(), found, remedy);
  }
}
