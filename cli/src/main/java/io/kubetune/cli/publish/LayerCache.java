package io.kubetune.cli.publish;

import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageManifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Remembers which layer some unchanged files made, so that the next push need not read them.
///
/// An entry is named by the digest of all that tells whether the files are the same (path, size,
/// modification and change time, inode) and holds one line: layer digest, bytes, tar digest.
///
/// ```
/// Optional<ReproducibleLayer> known = LayerCache.of(environment).get().find(files);
/// ```
public record LayerCache(Path folder) {
  /// Raised when layers are built otherwise, so that entries of older versions are not found.
  private static final String FORMAT = "2";

  /// Below `$XDG_CACHE_HOME`, else `~/.cache`; empty where there is neither.
  public static Optional<LayerCache> of(Map<String, String> environment) {
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    String home = environment.getOrDefault("HOME", "");
    if (cache.isBlank() && home.isBlank()) {
      return Optional.empty();
    }
    Path base = cache.isBlank() ? Path.of(home, ".cache") : Path.of(cache);
    return Optional.of(new LayerCache(base.resolve("kubetune").resolve("layers")));
  }

  Optional<ReproducibleLayer> find(LayerFiles files) {
    try {
      List<String> words = List.of(Files.readString(entry(files)).strip().split(" "));
      return Optional.of(
          new ReproducibleLayer(
              files,
              new Descriptor(
                  ImageManifest.OCI_LAYER,
                  Digest.parse(words.get(0)).orElseThrow(),
                  Long.parseLong(words.get(1))),
              Digest.parse(words.get(2)).orElseThrow()));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // A cache that can't be read costs time, not the push.
    }
  }

  void remember(ReproducibleLayer layer) {
    String line =
        layer.descriptor().digest() + " " + layer.descriptor().sizeBytes() + " " + layer.diffId();
    try {
      Files.createDirectories(folder);
      Path aside = Files.createTempFile(folder, ".writing-", "");
      Files.writeString(aside, line + "\n");
      Files.move(aside, entry(layer.files()), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // The next push reads the files again; nothing else depends on it.
      return;
    }
  }

  private Path entry(LayerFiles files) {
    StringBuilder key = new StringBuilder(FORMAT);
    for (LayerFiles.FileState each : files.states()) {
      key.append('\n').append(each.name()).append('\0').append(each.file().toAbsolutePath());
      key.append('\0').append(each.sizeBytes()).append(' ').append(each.modifiedNanos());
      key.append(' ').append(each.changedNanos()).append(' ').append(each.device());
      key.append(' ').append(each.inode());
    }
    return folder.resolve(Digest.of(key.toString().getBytes(StandardCharsets.UTF_8)).hex());
  }
}
