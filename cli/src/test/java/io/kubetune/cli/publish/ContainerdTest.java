package io.kubetune.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.Tool;
import io.kubetune.cli.registry.TransferListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a node does with our images: a containerd of our own pulls, unpacks and mounts them.
@Timeout(120)
class ContainerdTest {
  @TempDir Path dir;
  private Process containerd;
  private RealRegistry registry;

  @BeforeEach
  void start() throws Exception {
    Path program = Tool.require("containerd", "containerd"); // the package has ctr too
    String config =
        """
        version = 2
        root = "%1$s/root"
        state = "%1$s/state"
        disabled_plugins = ["io.containerd.grpc.v1.cri"]
        [grpc]
          address = "%1$s/c.sock"
        """
            .formatted(dir);
    containerd =
        new ProcessBuilder(
                program.toString(),
                "-c",
                Files.writeString(dir.resolve("config.toml"), config).toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("containerd.log").toFile())
            .start();
    for (int i = 0; !Files.exists(dir.resolve("c.sock")); i++) {
      if (i > 200 || !containerd.isAlive()) {
        System.err.println("SKIPPED, NOT TESTED: containerd does not start here; only root's does");
        Assumptions.abort(Files.readString(dir.resolve("containerd.log")));
      }
      Thread.sleep(50);
    }
    registry = RealRegistry.start(dir.resolve("registry"));
  }

  @AfterEach
  void stop() throws Exception {
    if (registry != null) {
      registry.close();
    }
    if (containerd != null) {
      containerd.destroy();
      containerd.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private String ctr(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("ctr", "--address", dir.resolve("c.sock").toString(), "images"));
    command.addAll(List.of(words));
    return Tool.run(command);
  }

  @Test
  void aNodeUnpacksTheSameBytesOfDataAndAdapterImages() throws Exception {
    Path rows = Files.createDirectories(dir.resolve("rows/a b"));
    List<String> names = List.of("😀.jsonl", "x".repeat(255), "rows.jsonl");
    for (String name : names) {
      Files.writeString(rows.resolve(name), "{\"text\":\"" + name + "\"}\n");
    }
    Published data =
        new DataPublisher(Patience.none(), Map.of())
            .publish(
                List.of(dir.resolve("rows")),
                Optional.empty(),
                registry.image("team/data:v1"),
                Map.of(),
                TransferListener.SILENT);
    Path results = AdapterFolder.write(dir.resolve("results"), 1 << 20, 1);
    Published adapter = PublishedAdapter.in(registry, results);
    for (Published each : List.of(data, adapter)) {
      String image = each.reference().toString();
      ctr("pull", "--plain-http", "--snapshotter", "native", image);
      assertThat(ctr("list")).contains(each.digest().toString());
      Path mounted =
          Files.createDirectory(dir.resolve(each == data ? "rows-seen" : "adapter-seen"));
      ctr("mount", "--snapshotter", "native", image, mounted.toString());
      try {
        if (each == data) {
          for (String name : names) {
            assertThat(mounted.resolve("data/a b").resolve(name))
                .hasSameBinaryContentAs(rows.resolve(name));
          }
        } else {
          assertThat(mounted.resolve("data/adapter_model.safetensors"))
              .hasSameBinaryContentAs(results.resolve("adapter_model.safetensors"));
        }
      } finally {
        ctr("unmount", "--snapshotter", "native", mounted.toString());
        Files.deleteIfExists(mounted);
      }
    }
  }
}
