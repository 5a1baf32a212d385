package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageManifest;
import io.kubetune.cli.registry.ImageSource;
import io.kubetune.cli.registry.ImageSource.ResolvedImage;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;

/// Streams an image's layers into a folder, the first at the bottom: archives are unpacked, files
/// that ORAS titled are written under their title.
///
/// ```
/// new ImageUnpacker(source, "ghcr.io/team/adapter:v1", listener).unpack(image, staging, all);
/// ```
record ImageUnpacker(ImageSource source, String place, TransferListener listener) {
  /// ORAS marks a folder, which it packed as an archive, by this annotation.
  private static final String UNPACK = "io.deis.oras.content.unpack";

  /// A config is small; KAITO's is 100 bytes.
  private static final long LARGEST_CONFIG_BYTES = 4 << 20;

  /// Made by ORAS: every layer is a file or folder of a name.
  static boolean isArtifact(ImageManifest manifest) {
    return manifest.layers().stream()
        .allMatch(layer -> layer.annotation(Descriptor.TITLE).isPresent());
  }

  void unpack(ResolvedImage image, Path folder, Predicate<SafePath> wanted) throws IOException {
    List<Descriptor> layers = image.manifest().layers();
    List<Digest> diffIds = diffIds(image.manifest().config());
    boolean known = diffIds.size() == layers.size();
    try (UpcomingLayers upcoming = new UpcomingLayers(source, layers, listener)) {
      for (int i = 0; i < layers.size(); i++) {
        Descriptor layer = layers.get(i);
        boolean packed = layer.annotation(UNPACK).filter("true"::equals).isPresent();
        try (InputStream stream = new ReadAhead(upcoming.open(i))) {
          if (layer.annotation(Descriptor.TITLE).isPresent() && !packed) {
            writeTitled(layer, stream, folder, wanted);
          } else {
            Optional<Digest> diffId = known ? Optional.of(diffIds.get(i)) : Optional.empty();
            new LayerUnpacker(folder, wanted, place).unpack(layer, stream, diffId);
          }
        }
      }
    }
  }

  private void writeTitled(
      Descriptor layer, InputStream stream, Path folder, Predicate<SafePath> wanted)
      throws IOException {
    SafePath path = SafePath.parse(layer.annotation(Descriptor.TITLE).orElseThrow(), place);
    if (path.isEmpty()) {
      throw SafePath.unsafe("", place, "without a name");
    }
    if (!wanted.test(path)) {
      return;
    }
    UnpackBudget.of(layer.sizeBytes(), folder, place).requireRoom(layer.sizeBytes());
    Path file = folder.resolve(path.toString());
    Files.createDirectories(file.getParent());
    Files.copy(stream, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /// The tar digests that the image's config lists; none where it is no image config (ORAS).
  private List<Digest> diffIds(Descriptor config) throws IOException {
    if (config.sizeBytes() > LARGEST_CONFIG_BYTES) {
      throw damaged("a config of " + config.sizeBytes() + " bytes");
    }
    byte[] bytes;
    try (InputStream in = source.open(config)) {
      bytes = in.readAllBytes();
    }
    List<Digest> found = new ArrayList<>();
    try {
      Json.MAPPER
          .readTree(bytes)
          .path("rootfs")
          .path("diff_ids")
          .forEach(each -> Digest.parse(each.asString("")).ifPresent(found::add));
    } catch (JacksonException e) {
      return List.of(); // An artifact's config may be anything.
    }
    return found;
  }

  private TuneException damaged(String found) {
    return new TuneException(
        ExitCode.REGISTRY, "can't read the image", place, found, "check the address");
  }
}
