package io.kubetune.cli.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.DataPublisher;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.publish.PublishedAdapter;
import io.kubetune.cli.registry.FaultProxy;
import io.kubetune.cli.registry.FaultProxy.Fault;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PullCacheTest {
  @TempDir Path dir;
  private RealRegistry registry;
  private FaultProxy proxy;
  private Path results;
  private RegistryAccess access;
  private int pulls;

  @BeforeEach
  void start() throws Exception {
    registry = RealRegistry.start(dir.resolve("registry"));
    proxy = FaultProxy.before(registry);
    results = AdapterFolder.write(dir.resolve("results"), 2 << 20, 1);
    access = Patience.none().withCache(dir.resolve("cache"));
  }

  @AfterEach
  void stop() throws Exception {
    proxy.close();
    registry.close();
  }

  private Published publish() {
    return PublishedAdapter.in(registry, results);
  }

  private void pullWhole(ImageReference image) {
    Path target = dir.resolve("pulled-" + pulls++);
    new AdapterPull(access).pull(image, target, TransferListener.SILENT);
    assertThat(target.resolve("adapter_model.safetensors"))
        .hasSameBinaryContentAs(results.resolve("adapter_model.safetensors"));
  }

  @Test
  void aSecondPullAsksForTheTagAloneAndByDigestForNothing() throws Exception {
    Published published = publish();
    pullWhole(proxy.image("team/adapter:v1"));
    proxy.requests().clear();
    pullWhole(proxy.image("team/adapter:v1"));
    assertThat(proxy.requests()).filteredOn(each -> each.contains("/blobs/")).isEmpty();
    proxy.requests().clear();
    pullWhole(proxy.image("team/adapter@" + published.digest()));
    assertThat(proxy.requests()).isEmpty();
  }

  @Test
  void aPullThatWasCutGoesOnInTheNextProcess() throws Exception {
    publish();
    AtomicInteger calls = new AtomicInteger();
    proxy.onRequest(request -> {
      if (!request.contains("/blobs/")) {
        return Fault.NONE;
      }
      // The config passes; the layer breaks once and its registry stays away.
      return switch (calls.getAndIncrement()) {
        case 0 -> Fault.NONE;
        case 1 -> Fault.cutAt(1_500_000);
        default -> new Fault.CutRequest(0);
      };
    });
    assertThatThrownBy(() -> pullWhole(proxy.image("team/adapter:v1")))
        .isInstanceOf(TuneException.class);
    proxy.onRequest(request -> Fault.NONE);
    proxy.requests().clear();
    pullWhole(proxy.image("team/adapter:v1"));
    assertThat(proxy.requests())
        .filteredOn(each -> each.contains("/blobs/"))
        .singleElement()
        .asString()
        .matches(".*Range bytes=1[0-9]{6}-");
  }

  @Test
  void aDamagedCacheIsFoundAndTheNextPullIsRight() throws Exception {
    publish();
    pullWhole(proxy.image("team/adapter:v1"));
    try (Stream<Path> cached = Files.list(dir.resolve("cache"))) {
      for (Path each : cached.toList()) {
        if (Files.size(each) > 1 << 20) {
          byte[] bytes = Files.readAllBytes(each);
          bytes[1 << 20] ^= 1;
          Files.write(each, bytes);
        }
      }
    }
    assertThatThrownBy(() -> pullWhole(proxy.image("team/adapter:v1")))
        .isInstanceOf(TuneException.class);
    pullWhole(proxy.image("team/adapter:v1"));
  }

  @Test
  void aCacheThatCantBeWrittenCostsNothingButTime() throws Exception {
    publish();
    Files.writeString(dir.resolve("cache"), "a file where the folder should be");
    pullWhole(proxy.image("team/adapter:v1"));
  }

  @Test
  void dataOfManyLayersComesBackFromTheRegistryAndTheCache() throws Exception {
    Path shards = Files.createDirectories(dir.resolve("shards/deep"));
    Random random = new Random(1);
    for (int i = 0; i < 3; i++) {
      byte[] bytes = new byte[17 << 20];
      random.nextBytes(bytes);
      Files.write(shards.resolve("shard " + i), bytes);
    }
    Files.writeString(shards.resolveSibling("small.json"), "{}");
    Published published =
        new DataPublisher(Patience.none(), Map.of())
            .publish(
                List.of(dir.resolve("shards")),
                Optional.empty(),
                registry.image("team/data:v1"),
                Map.of(),
                TransferListener.SILENT);
    for (String target : List.of("one", "two")) {
      proxy.requests().clear();
      DataPull.PulledData pulled =
          new DataPull(access)
              .pull(
                  proxy.image("team/data:v1"),
                  dir.resolve("data-" + target),
                  TransferListener.SILENT);
      assertThat(pulled.digest()).isEqualTo(published.digest());
      assertThat(pulled.files()).hasSize(4);
      assertThat(Folders.same(dir.resolve("shards"), pulled.folder())).isTrue();
    }
    assertThat(proxy.requests()).filteredOn(each -> each.contains("/blobs/")).isEmpty();
  }

  @Test
  void anImageWithoutDataIsNotFoundAndLeavesNothing() {
    ImageReference layout = ImageReference.parse("oci:" + dir.resolve("image"));
    assertThatThrownBy(
            () -> {
              RawImage.write(
                  layout,
                  "{}",
                  RawImage.layer(RawImage.gzip(new RawImage.Tar().file("etc/x", "").bytes())));
              new DataPull(access).pull(layout, dir.resolve("data"), TransferListener.SILENT);
            })
        .isInstanceOf(TuneException.class)
        .extracting(e -> ((TuneException) e).problems().toString())
        .asString()
        .contains("no file under /data");
    assertThat(dir.resolve("data")).doesNotExist();
  }
}
