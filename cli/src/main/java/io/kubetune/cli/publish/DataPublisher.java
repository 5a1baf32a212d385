package io.kubetune.cli.publish;

import io.kubetune.cli.publish.LayerFiles.FileState;
import io.kubetune.cli.registry.Concurrently;
import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageManifest;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.ImageTarget;
import io.kubetune.cli.registry.OverallTransfer;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.Storage;
import io.kubetune.cli.registry.TransferListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/// Packages files or folders as an image with `/data`: a data set for a cluster, or a model.
///
/// The same files give the same digest anywhere; a second push sends nothing; a changed file sends
/// its layer alone.
///
/// ```
/// new DataPublisher(access, System.getenv())
///     .publish(List.of(Path.of("shards")), Optional.empty(), target, Map.of(), listener);
/// ```
///
/// @param environment for `SOURCE_DATE_EPOCH` and the cache's place
public record DataPublisher(RegistryAccess access, Map<String, String> environment) {
  private static final String ATTEMPTED = "can't package the data";

  private static final String TITLE = "data";

  /// Two at a time: while one layer waits for the registry, the next is read.
  private static final int LAYERS_AT_ONCE = 2;

  /// @param base an image whose layers come first, where the files are added to one
  /// @param annotations of the manifest, besides OCI's own
  public Published publish(
      List<Path> sources,
      Optional<ImageReference> base,
      ImageReference target,
      Map<String, String> annotations,
      TransferListener listener) {
    try {
      List<List<FileState>> plan = LayerPlan.of(DataFiles.gather(sources));
      Optional<BaseImage> below =
          base.isPresent()
              ? Optional.of(BaseImage.read(base.get(), access, listener))
              : Optional.empty();
      long totalBytes = below.map(b -> b.manifest().transferBytes()).orElse(0L) + sum(plan);
      try (OverallTransfer all = new OverallTransfer(listener, "pushing", totalBytes);
          ImageTarget image = ImageTarget.of(target, access, all)) {
        List<Callable<BuiltLayer>> work = new ArrayList<>();
        below.ifPresent(b -> work.addAll(b.copies(image)));
        plan.forEach(files -> work.add(() -> build(files, image)));
        List<BuiltLayer> layers = Concurrently.run(work, LAYERS_AT_ONCE);
        return commit(layers, below, image, target, annotations);
      }
    } catch (IOException e) {
      throw Storage.failed(ATTEMPTED + " as " + target, target.toString(), e);
    }
  }

  private static long sum(List<List<FileState>> plan) {
    return plan.stream().flatMap(List::stream).mapToLong(FileState::sizeBytes).sum();
  }

  /// A layer that is in its place.
  record BuiltLayer(Descriptor descriptor, Digest diffId) {}

  private BuiltLayer build(List<FileState> states, ImageTarget image) throws IOException {
    LayerFiles files = LayerFiles.of(states);
    Optional<LayerCache> cache = LayerCache.of(environment);
    Optional<ReproducibleLayer> known = cache.flatMap(c -> c.find(files));
    ReproducibleLayer layer;
    if (known.isPresent()) {
      layer = known.get();
      image.put(layer.descriptor(), files, TITLE);
    } else if (cache.isPresent()) {
      // Never seen here: sent while it is read for the first time.
      Descriptor sent = image.stream(ImageManifest.OCI_LAYER, files, files.fileBytes(), TITLE);
      layer = new ReproducibleLayer(files, sent, files.diffId());
      cache.get().remember(layer);
    } else {
      // Nothing is remembered, so the name is found first: what is there is not sent again.
      layer = ReproducibleLayer.measure(files);
      image.put(layer.descriptor(), files, TITLE);
    }
    return new BuiltLayer(layer.descriptor(), layer.diffId());
  }

  private Published commit(
      List<BuiltLayer> layers,
      Optional<BaseImage> below,
      ImageTarget image,
      ImageReference target,
      Map<String, String> annotations)
      throws IOException {
    Composed composed = composed(layers, below, annotations);
    ImageConfig config = composed.config();
    image.put(config.descriptor(), out -> out.write(config.bytes()), "config");
    image.commit(composed.manifest());
    return new Published(target, composed.manifest().digest(), composed.manifest().transferBytes());
  }

  private record Composed(ImageConfig config, ImageManifest manifest) {}

  private Composed composed(
      List<BuiltLayer> layers, Optional<BaseImage> below, Map<String, String> annotations) {
    Instant created = SourceDate.of(environment);
    List<Digest> diffIds = layers.stream().map(BuiltLayer::diffId).toList();
    ImageConfig config =
        below.isPresent()
            ? below.get().configWith(diffIds, created)
            : ImageConfig.of(created, diffIds, Map.of());
    Map<String, String> notes = new TreeMap<>(annotations);
    notes.putIfAbsent("org.opencontainers.image.created", created.toString());
    List<Descriptor> contents = layers.stream().map(BuiltLayer::descriptor).toList();
    return new Composed(config, ImageManifest.write(config.descriptor(), contents, notes));
  }

  /// The digest that [#publish] of the same files ends with; no registry is asked.
  Digest foresee(List<Path> sources) throws IOException {
    List<Callable<BuiltLayer>> work = new ArrayList<>();
    LayerPlan.of(DataFiles.gather(sources)).forEach(states -> work.add(() -> measured(states)));
    List<BuiltLayer> layers = Concurrently.run(work, LAYERS_AT_ONCE);
    return composed(layers, Optional.empty(), Map.of()).manifest().digest();
  }

  private BuiltLayer measured(List<FileState> states) throws IOException {
    LayerFiles files = LayerFiles.of(states);
    Optional<LayerCache> cache = LayerCache.of(environment);
    Optional<ReproducibleLayer> known = cache.flatMap(c -> c.find(files));
    ReproducibleLayer layer = known.isPresent() ? known.get() : ReproducibleLayer.measure(files);
    cache.filter(_ -> known.isEmpty()).ifPresent(c -> c.remember(layer));
    return new BuiltLayer(layer.descriptor(), layer.diffId());
  }
}
