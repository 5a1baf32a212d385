package io.kubetune.cli.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.AdapterPublisher;
import io.kubetune.cli.publish.DataPublisher;
import io.kubetune.cli.publish.Provenance;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.registry.FaultProxy;
import io.kubetune.cli.registry.FaultProxy.Fault;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.ImageSource;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.source.FetchedFiles;
import io.kubetune.cli.source.FileServer;
import io.kubetune.cli.source.SourceOptions;
import io.kubetune.cli.source.SourceReference;
import io.kubetune.cli.source.Sources;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A line so bad that a call often gives up: each then fails with its own exit code and leaves
/// nothing torn, and calls that are typed again end with the right digest.
@Timeout(180)
class CutLinesTest {
  private static final int MOST_CALLS = 60;
  private static final int CONTENT_BYTES = 1 << 20;
  private static final double CUT_SHARE = 0.5;

  @TempDir Path dir;

  /// Gives up at once where an attempt broke.
  private final RegistryAccess impatient =
      Patience.none().withPatience(2, Duration.ofMillis(2), Duration.ofSeconds(10));

  /// What stands where the result will be, after a call that failed.
  private interface Torn {
    void check() throws Exception;
  }

  private static <T> T again(ExitCode code, Callable<T> call, Torn torn) throws Exception {
    for (int i = 1; ; i++) {
      try {
        return call.call();
      } catch (TuneException e) {
        assertThat(e.exitCode()).as(e.problems().toString()).isEqualTo(code);
        assertThat(e.problems()).allMatch(each -> !each.remedy().isEmpty());
        torn.check();
        assertThat(i).as("calls").isLessThan(MOST_CALLS);
      }
    }
  }

  private static void cutAtRandom(FaultProxy proxy, Random random) {
    proxy.onRequest(request -> {
      synchronized (random) {
        if (random.nextDouble() > CUT_SHARE) {
          return Fault.NONE;
        }
        return random.nextBoolean()
            ? new Fault.CutResponse(random.nextInt(CONTENT_BYTES))
            : new Fault.CutRequest(random.nextInt(CONTENT_BYTES));
      }
    });
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15})
  void pushesAndPullsThatAreTypedAgainEndWithTheRightDigests(long seed) throws Exception {
    Path results = AdapterFolder.write(dir.resolve("results"), CONTENT_BYTES, seed);
    Map<String, String> environment = Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString());
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"));
        FaultProxy proxy = FaultProxy.before(registry)) {
      cutAtRandom(proxy, new Random(seed));
      Published data =
          again(
              ExitCode.REGISTRY,
              () ->
                  new DataPublisher(impatient, environment)
                      .publish(
                          List.of(results),
                          Optional.empty(),
                          proxy.image("team/data:v1"),
                          Map.of(),
                          TransferListener.SILENT),
              () -> absentOrWhole(registry.image("team/data:v1")));
      Published adapter =
          again(
              ExitCode.REGISTRY,
              () ->
                  new AdapterPublisher(impatient, environment)
                      .publish(
                          results,
                          proxy.image("team/adapter:v1"),
                          Provenance.of("phi-4"),
                          TransferListener.SILENT),
              () -> absentOrWhole(registry.image("team/adapter:v1")));

      Path out = dir.resolve("out");
      PulledAdapter pulled =
          again(
              ExitCode.REGISTRY,
              () ->
                  new AdapterPull(impatient.withCache(dir.resolve("blobs")))
                      .pull(
                          proxy.image("team/adapter:v1"),
                          out.resolve("adapter"),
                          TransferListener.SILENT),
              () -> assertEmpty(out));
      assertThat(pulled.digest()).isEqualTo(adapter.digest());
      assertThat(out.resolve("adapter/adapter_model.safetensors"))
          .hasSameBinaryContentAs(results.resolve("adapter_model.safetensors"));

      DataPull.PulledData model =
          again(
              ExitCode.REGISTRY,
              () ->
                  ImageCache.ofModels(dir.resolve("models"), impatient)
                      .pull(proxy.image("team/data:v1"), TransferListener.SILENT),
              () -> assertThat(dir.resolve("models").resolve(data.digest().hex())).doesNotExist());
      assertThat(model.digest()).isEqualTo(data.digest());
      assertThat(Folders.same(results, model.folder())).isTrue();
      assertThat(model.folder().getParent().toFile().list()).containsExactly(data.digest().hex());
    }
  }

  /// The manifest comes last, and may have arrived though its answer did not.
  private static void absentOrWhole(ImageReference image) throws IOException {
    ImageSource source = ImageSource.of(image, Patience.none(), TransferListener.SILENT);
    ImageSource.ResolvedImage found;
    try {
      found = source.resolve();
    } catch (TuneException e) {
      assertThat(e.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
      return;
    }
    for (var layer : found.manifest().layers()) {
      try (var in = source.open(layer)) {
        assertThat(in.readAllBytes()).hasSize((int) layer.sizeBytes());
      }
    }
  }

  private static void assertEmpty(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> left = Files.list(folder)) {
        assertThat(left).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void downloadsThatAreTypedAgainEndWithTheRightBytes(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] rows = new byte[CONTENT_BYTES];
    random.nextBytes(rows);
    SourceOptions options =
        SourceOptions.of(Map.of("HOME", dir.toString()))
            .withPatience(2, Duration.ofMillis(2), Duration.ofSeconds(5));
    try (FileServer server = new FileServer().put("/rows.bin", rows)) {
      for (int i = 0; i < 30; i++) {
        server.fault(
            "/rows.bin",
            random.nextBoolean()
                ? FileServer.Fault.cut(random.nextInt(100_000))
                : FileServer.Fault.status(503));
      }
      Path cache = dir.resolve("cache");
      FetchedFiles files =
          again(
              ExitCode.SOURCE,
              () ->
                  Sources.fetch(
                      SourceReference.data(server.uri("/rows.bin").toString()),
                      cache,
                      options,
                      TransferListener.SILENT),
              () -> {
                try (Stream<Path> left = Files.walk(cache)) {
                  assertThat(left.filter(Files::isRegularFile))
                      .allMatch(file -> file.getFileName().toString().startsWith("."));
                }
              });
      assertThat(files.root()).hasBinaryContent(rows);
    }
  }
}
