package io.kubetune.cli.publish;

import io.kubetune.cli.registry.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Divides files into layers so that a changed file sends its own layer alone: large files get one
/// each, small ones share one by their name's digest, so that a new file moves no other.
///
/// ```
/// List<Map<String, Path>> layers = LayerPlan.of(files);
/// ```
final class LayerPlan {
  /// Below this, a request of its own costs more than the bytes.
  private static final long LARGE_BYTES = 16L << 20;

  private static final long SHARED_LAYER_BYTES = 64L << 20;
  private static final int SHARED_LAYER_FILES = 4096;

  /// Together they stay below the 127 layers that Docker's overlay allows.
  private static final int MOST_OWN_LAYERS = 60;

  private static final int MOST_SHARED_LAYERS = 64;

  private LayerPlan() {}

  /// @param files by their path in the image
  static List<Map<String, Path>> of(Map<String, Path> files) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    for (Map.Entry<String, Path> each : files.entrySet()) {
      sizes.put(each.getKey(), Files.size(each.getValue()));
    }
    long large = LARGE_BYTES;
    while (countFrom(large, sizes) > MOST_OWN_LAYERS) {
      large *= 2;
    }
    long threshold = large;
    List<Map<String, Path>> layers = new ArrayList<>();
    List<String> small = sizes.keySet().stream().filter(n -> sizes.get(n) < threshold).toList();
    int shared = sharedLayers(small.stream().mapToLong(sizes::get).sum(), small.size());
    Map<Integer, Map<String, Path>> byBucket = new TreeMap<>();
    for (String name : small) {
      byBucket
          .computeIfAbsent(bucket(name, shared), index -> new TreeMap<>())
          .put(name, files.get(name));
    }
    layers.addAll(byBucket.values());
    sizes.forEach((name, size) -> {
      if (size >= threshold) {
        layers.add(Map.of(name, files.get(name)));
      }
    });
    return layers;
  }

  private static long countFrom(long bytes, Map<String, Long> sizes) {
    return sizes.values().stream().filter(size -> size >= bytes).count();
  }

  /// A power of two, so that the number, and with it every file's place, seldom changes.
  private static int sharedLayers(long bytes, int files) {
    int layers = 1;
    while (layers < MOST_SHARED_LAYERS
        && (bytes > layers * SHARED_LAYER_BYTES || files > layers * SHARED_LAYER_FILES)) {
      layers *= 2;
    }
    return layers;
  }

  private static int bucket(String name, int layers) {
    String hex = Digest.of(name.getBytes(StandardCharsets.UTF_8)).hex();
    return Integer.parseInt(hex.substring(0, 4), 16) % layers;
  }
}
