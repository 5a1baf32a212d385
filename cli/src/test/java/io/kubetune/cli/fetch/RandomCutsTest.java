package io.kubetune.cli.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.DataPublisher;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.registry.FaultProxy;
import io.kubetune.cli.registry.FaultProxy.Fault;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.TransferListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever request is cut wherever: what arrives is whole.
@Timeout(120)
class RandomCutsTest {
  private static final double CUT_SHARE = 0.4;

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aLineThatIsCutAtRandomCarriesThePushAndThePull(long seed) throws Exception {
    Path results = AdapterFolder.write(dir.resolve("results"), 1 << 20, seed);
    RegistryAccess patient =
        Patience.none().withPatience(12, Duration.ofMillis(5), Duration.ofSeconds(10));
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"));
        FaultProxy proxy = FaultProxy.before(registry)) {
      Random random = new Random(seed);
      proxy.onRequest(request -> {
        synchronized (random) {
          if (random.nextDouble() > CUT_SHARE) {
            return Fault.NONE;
          }
          return random.nextBoolean()
              ? new Fault.CutResponse(random.nextInt(700_000))
              : new Fault.CutRequest(random.nextInt(700_000));
        }
      });
      // Streamed, as the cache has not seen it.
      Map<String, String> environment = Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString());
      Published published =
          new DataPublisher(patient, environment)
              .publish(
                  List.of(results),
                  Optional.empty(),
                  proxy.image("team/data:v1"),
                  Map.of(),
                  TransferListener.SILENT);
      DataPull.PulledData pulled =
          new DataPull(patient)
              .pull(proxy.image("team/data:v1"), dir.resolve("pulled"), TransferListener.SILENT);
      assertThat(pulled.digest()).isEqualTo(published.digest());
      assertThat(Folders.same(results, pulled.folder())).isTrue();
      assertThat(proxy.requests().size()).as("some were cut").isGreaterThan(12);
    }
  }
}
