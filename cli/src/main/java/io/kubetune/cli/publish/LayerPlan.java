package io.kubetune.cli.publish;

import io.kubetune.cli.publish.LayerFiles.FileState;
import io.kubetune.cli.registry.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Divides files into layers so that a changed file sends its own layer alone: large files get one
/// each, small ones share one by their name's digest, so that a new file moves no other.
///
/// ```
/// List<List<FileState>> layers = LayerPlan.of(files);
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

  /// @param files sorted by name
  static List<List<FileState>> of(Collection<FileState> files) {
    long large = LARGE_BYTES;
    while (countFrom(large, files) > MOST_OWN_LAYERS) {
      large *= 2;
    }
    long threshold = large;
    List<FileState> small = files.stream().filter(f -> f.sizeBytes() < threshold).toList();
    int shared = sharedLayers(small.stream().mapToLong(FileState::sizeBytes).sum(), small.size());
    Map<Integer, List<FileState>> byBucket = new TreeMap<>();
    for (FileState each : small) {
      byBucket.computeIfAbsent(bucket(each.name(), shared), index -> new ArrayList<>()).add(each);
    }
    List<List<FileState>> layers = new ArrayList<>(byBucket.values());
    for (FileState each : files) {
      if (each.sizeBytes() >= threshold) {
        layers.add(List.of(each));
      }
    }
    return layers;
  }

  private static long countFrom(long bytes, Collection<FileState> files) {
    return files.stream().filter(each -> each.sizeBytes() >= bytes).count();
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
