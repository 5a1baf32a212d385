package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.Concurrently;
import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageManifest;
import io.kubetune.cli.registry.ImageSource;
import io.kubetune.cli.registry.ImageSource.ResolvedImage;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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

  private static final int LAYERS_AT_ONCE = 4;

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
    if (layers.size() > 1 && source.keeps()) {
      readAhead(layers);
    }
    for (int i = 0; i < layers.size(); i++) {
      Descriptor layer = layers.get(i);
      boolean known = diffIds.size() == layers.size();
      Optional<Digest> diffId = known ? Optional.of(diffIds.get(i)) : Optional.empty();
      String title =
          layers.size() == 1 ? "pulling" : "unpacking " + (i + 1) + " of " + layers.size();
      try (TransferListener.Item item = listener.begin(title, layer.sizeBytes());
          InputStream stream = new ReadAhead(new Counted(source.open(layer), item))) {
        boolean packed = layer.annotation(UNPACK).filter("true"::equals).isPresent();
        if (layer.annotation(Descriptor.TITLE).isPresent() && !packed) {
          writeTitled(layer, stream, folder, wanted);
        } else {
          new LayerUnpacker(folder, wanted, place).unpack(layer, stream, diffId);
        }
      }
    }
  }

  /// Several layers at once; they are unpacked in order afterwards, from the cache.
  private void readAhead(List<Descriptor> layers) throws IOException {
    long totalBytes = layers.stream().mapToLong(Descriptor::sizeBytes).sum();
    try (TransferListener.Item item = listener.begin("pulling", totalBytes)) {
      List<Callable<Long>> work = new ArrayList<>();
      for (Descriptor layer : layers) {
        work.add(() -> {
          try (InputStream stream = new Counted(source.open(layer), item)) {
            return stream.transferTo(OutputStream.nullOutputStream());
          }
        });
      }
      Concurrently.run(work, LAYERS_AT_ONCE);
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

  private static final class Counted extends FilterInputStream {
    private final TransferListener.Item item;

    Counted(InputStream in, TransferListener.Item item) {
      super(in);
      this.item = item;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count = in.read(buffer, offset, length);
      item.advance(Math.max(0, count));
      return count;
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      item.advance(value < 0 ? 0 : 1);
      return value;
    }
  }
}
