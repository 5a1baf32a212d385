package io.kubetune.cli.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.AdapterPublisher;
import io.kubetune.cli.publish.Provenance;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.TransferListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterPullTest {
  @TempDir Path dir;

  @Test
  void whatWasPublishedComesBackByteForByteFromLayoutAndRegistry() throws Exception {
    Path results = AdapterFolder.write(dir.resolve("results"), 1 << 20, 1);
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"))) {
      for (ImageReference where :
          List.of(
              ImageReference.parse("oci:" + dir.resolve("out") + ":v1"),
              registry.image("team/adapter:v1"))) {
        Published published =
            new AdapterPublisher(Patience.none(), Map.of())
                .publish(results, where, Provenance.of("phi-4"), TransferListener.SILENT);
        Path target = dir.resolve("pulled-" + where.getClass().getSimpleName());
        PulledAdapter adapter =
            new AdapterPull(Patience.none()).pull(where, target, TransferListener.SILENT);
        assertThat(adapter.digest()).isEqualTo(published.digest());
        assertThat(adapter.baseModel()).isEqualTo("HuggingFaceTB/SmolLM2-135M");
        assertThat(adapter.rank()).isEqualTo(8);
        assertThat(adapter.alpha()).isEqualTo(16);
        assertThat(adapter.targets()).containsExactly("q_proj", "v_proj");
        assertThat(adapter.files()).hasSize(2);
        assertThat(target.resolve("adapter_model.safetensors"))
            .hasSameBinaryContentAs(results.resolve("adapter_model.safetensors"));
        try (Stream<Path> beside = Files.list(dir)) {
          assertThat(beside.map(Path::toString)).noneMatch(name -> name.contains(".partial-"));
        }
      }
    }
  }
}
