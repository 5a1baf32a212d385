package io.kubetune.cli.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.StartedCommand;
import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.DataPublisher;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.registry.FaultProxy;
import io.kubetune.cli.registry.FaultProxy.Fault;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.TransferListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A model's image in a cache that several downloaders share, each a process of its own.
@Timeout(180)
class ImageCacheTest {
  private static final int WEIGHT_BYTES = 4 << 20;
  private static final int HALF = 2_000_000;

  @TempDir Path folder;
  private RealRegistry registry;
  private FaultProxy proxy;
  private Published image;
  private final List<StartedCommand> started = new ArrayList<>();

  @BeforeEach
  void serve() throws Exception {
    registry = RealRegistry.start(folder.resolve("registry"));
    proxy = FaultProxy.before(registry);
    Path model = AdapterFolder.write(folder.resolve("model"), WEIGHT_BYTES, 3);
    image =
        new DataPublisher(Patience.none(), Map.of())
            .publish(
                List.of(model),
                Optional.empty(),
                registry.image("team/model:1"),
                Map.of(),
                TransferListener.SILENT);
  }

  @AfterEach
  void stop() throws InterruptedException {
    started.forEach(each -> each.process().destroyForcibly());
    proxy.close();
    registry.close();
  }

  private StartedCommand downloader(String name) throws IOException {
    StartedCommand command =
        StartedCommand.of(
            Map.of("HOME", folder.resolve("home-" + name).toString()),
            folder.resolve(name + ".log"),
            "pod",
            "download",
            "--model=image://" + proxy.host() + "/team/model:1",
            "--model-to=" + folder.resolve(name),
            "--model-cache=" + folder.resolve("cache"),
            "--model-links");
    started.add(command);
    return command;
  }

  private void assertWhole(String name) throws IOException {
    Path file = folder.resolve(name).resolve("adapter_model.safetensors");
    assertThat(file)
        .hasSameBinaryContentAs(folder.resolve("model").resolve("adapter_model.safetensors"));
    assertThat(Files.readSymbolicLink(file).getParent()).hasFileName(image.digest().hex());
  }

  private List<String> pulls() {
    return proxy.requests().stream()
        .filter(each -> each.startsWith("GET") && isBlob(each))
        .toList();
  }

  private static boolean isBlob(String request) {
    return request.contains("/blobs/");
  }

  /// Files of the claim that are no model: of pulls that did not end.
  private List<Path> leftovers() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
      return files
          .filter(each -> each.getFileName().toString().startsWith("."))
          .filter(each -> !each.getFileName().toString().equals(".locks"))
          .toList();
    }
  }

  @Test
  void twoDownloadersAtOncePullEachLayerOnceAndTheSecondSaysForWhomItWaits() throws Exception {
    CountDownLatch rest = new CountDownLatch(1);
    proxy.onRequest(request -> {
      if (isBlob(request)) {
        awaited(rest);
      }
      return Fault.NONE;
    });
    StartedCommand first = downloader("first");
    StartedCommand.await("the first pull", () -> !pulls().isEmpty());
    StartedCommand second = downloader("second");
    second.awaitSaying("waiting for process " + first.process().pid());
    rest.countDown();

    first.assertEndsWell();
    second.assertEndsWell();
    downloaderAfterwards();

    assertThat(pulls()).doesNotHaveDuplicates();
    assertWhole("first");
    assertWhole("second");
    assertThat(leftovers()).isEmpty();
  }

  /// What is there needs the registry for the tag alone.
  private void downloaderAfterwards() throws Exception {
    int before = pulls().size();
    downloader("third").assertEndsWell();
    assertThat(pulls()).hasSize(before);
    assertWhole("third");
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatAKilledDownloaderHasPulledIsGoneOnWithAndItsRestIsRemoved() throws Exception {
    // The image's config comes first, and whole: its connection is used again.
    AtomicInteger blobs = new AtomicInteger();
    proxy.onRequest(request ->
        isBlob(request) && blobs.getAndIncrement() > 0
            ? new Fault.Stall(HALF, 600_000)
            : Fault.NONE);
    StartedCommand killed = downloader("killed");
    StartedCommand.await("half a layer", () -> arrived() >= HALF / 2);
    killed.kill();
    proxy.onRequest(request -> Fault.NONE);

    downloader("next").assertEndsWell();

    assertThat(pulls()).anyMatch(each -> each.contains(" Range bytes="));
    assertWhole("next");
    assertThat(leftovers()).isEmpty();
  }

  private long arrived() {
    try {
      long bytes = 0;
      for (Path each : leftovers()) {
        if (each.toString().endsWith(".layers")) {
          try (Stream<Path> layers = Files.list(each)) {
            for (Path layer : layers.toList()) {
              bytes += Files.size(layer);
            }
          }
        }
      }
      return bytes;
    } catch (IOException e) {
      return 0;
    }
  }
}
