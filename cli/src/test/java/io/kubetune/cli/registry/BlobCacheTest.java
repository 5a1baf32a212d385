package io.kubetune.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BlobCacheTest {
  private static final int LAYERS = 400;

  @TempDir Path folder;

  /// An image of many small layers failed, now and then, because one layer's file was renamed while
  /// another's looked what to remove.
  @Test
  void contentsThatComeAtTheSameTimeAreAllKept() throws Exception {
    BlobCache cache = new BlobCache(folder);
    List<Descriptor> layers = new ArrayList<>();
    List<Callable<Boolean>> work = new ArrayList<>();
    for (int i = 0; i < LAYERS; i++) {
      byte[] bytes = ("layer " + i).getBytes(StandardCharsets.UTF_8);
      Descriptor layer = new Descriptor(ImageManifest.OCI_LAYER, Digest.of(bytes), bytes.length);
      layers.add(layer);
      work.add(() -> {
        BlobCache.Partial partial = cache.partial(layer).orElseThrow();
        partial.channel().write(ByteBuffer.wrap(bytes));
        partial.keep();
        partial.channel().close();
        return true;
      });
    }
    Concurrently.run(work, 8);
    assertThat(layers).allMatch(layer -> cache.open(layer).isPresent());
  }
}
