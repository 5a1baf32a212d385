package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.publish.DataPublisher;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.publish.SmallDisk;
import io.kubetune.cli.registry.FaultProxy;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Rows and models that come as images, by `download` and by a run of this machine.
@Timeout(120)
class ImageSourcesTest {
  private static final Path TINY = Path.of("../templates/examples/tiny-llama");

  @TempDir Path dir;
  private RealRegistry registry;
  private FaultProxy proxy;

  @BeforeEach
  void serve() throws Exception {
    registry = RealRegistry.start(dir.resolve("registry"));
    proxy = FaultProxy.before(registry);
  }

  @AfterEach
  void stop() throws InterruptedException {
    proxy.close();
    registry.close();
  }

  private Published push(Path files, String image) {
    return new DataPublisher(Patience.none(), Map.of())
        .publish(
            List.of(files),
            Optional.empty(),
            registry.image(image),
            Map.of(),
            TransferListener.SILENT);
  }

  private Typed typed(String... words) {
    return Typed.command(
        Map.of(
            "HOME", dir.resolve("home").toString(),
            "XDG_CACHE_HOME", dir.resolve("cache").toString(),
            "XDG_STATE_HOME", dir.resolve("state").toString()),
        words);
  }

  private long blobsAsked() {
    return proxy.requests().stream().filter(each -> each.contains("/blobs/")).count();
  }

  @Test
  void aTagThatMovedGivesTodaysRowsAndNotYesterdaysNorAnError() throws Exception {
    Path rows = dir.resolve("rows.jsonl");
    Files.writeString(rows, "{\"text\":\"yesterday\"}\n");
    push(rows, "team/rows:v1");
    String source = "image://" + proxy.host() + "/team/rows:v1";
    assertThat(typed("download", "--data", source, "--to", dir + "/one").status()).isZero();
    Files.writeString(rows, "{\"text\":\"today\"}\n");
    push(rows, "team/rows:v1");
    Typed again = typed("download", "--data", source, "--to", dir + "/two");
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(dir.resolve("one/train.jsonl")).content().contains("yesterday");
    assertThat(dir.resolve("two/train.jsonl")).content().contains("today");
    long before = blobsAsked();
    assertThat(typed("download", "--data", source, "--to", dir + "/three").status()).isZero();
    assertThat(blobsAsked()).as("the digest is known").isEqualTo(before);
  }

  @Test
  void aLocalRunKeepsAModelsImageInItsModelCacheAndPullsItOnce() throws Exception {
    Published model = push(TINY, "team/tiny:v1");
    Path cache = dir.resolve("models");
    String[] words = {
      "create",
      "bot",
      "--runtime=local",
      "--dry-run=client",
      "--model=image://" + proxy.host() + "/team/tiny:v1",
      "--data=" + Path.of("../templates/examples/kubectl-answers.jsonl"),
      "--model-cache=" + cache
    };
    Typed first = typed(words);
    assertThat(first.status()).as(first.err()).isZero();
    try (Stream<Path> files = Files.walk(cache)) {
      assertThat(files.filter(file -> file.endsWith("config.json")))
          .singleElement()
          .satisfies(file -> assertThat(file.getParent()).hasFileName(model.digest().hex()));
    }
    long before = blobsAsked();
    assertThat(typed(words).status()).isZero();
    assertThat(blobsAsked()).isEqualTo(before);
    // Yesterday's image stays for whoever trains on it.
    Path other = Files.createDirectory(dir.resolve("other"));
    for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
      Files.copy(TINY.resolve(name), other.resolve(name));
    }
    push(other, "team/tiny:v1");
    Typed moved = typed(words);
    assertThat(moved.status()).as(moved.err()).isZero();
  }

  @Test
  void aDownloadNeverReplacesAFileThatNoDownloadPutThere() throws Exception {
    push(TINY, "team/tiny:v1");
    Path mine = Files.createDirectory(dir.resolve("mine"));
    Files.writeString(mine.resolve("config.json"), "precious");
    Files.writeString(mine.resolve("train.jsonl"), "precious");
    String model = "--model=image://" + proxy.host() + "/team/tiny:v1";
    Typed refused = typed("download", model, "--model-to", mine.toString());
    assertThat(refused.status()).isEqualTo(ExitCode.ALREADY_EXISTS.code());
    assertThat(refused.err()).contains("config.json", "another file of that name is there");
    Path rows = Files.writeString(dir.resolve("rows.jsonl"), "{\"text\":\"a\"}\n");
    refused = typed("download", "--data", rows.toString(), "--to", mine.toString());
    assertThat(refused.status()).isEqualTo(ExitCode.ALREADY_EXISTS.code());
    assertThat(refused.err()).contains("train.jsonl");
    assertThat(mine.resolve("config.json")).hasContent("precious");
    assertThat(mine.resolve("train.jsonl")).hasContent("precious");
    assertThat(mine.toFile().list()).doesNotContain("model.safetensors", "manifest.json", ".rows");

    // What a download put there, the next one replaces: a pod's volume stays where its init
    // container starts again.
    Path volume = Files.createDirectory(dir.resolve("volume"));
    String[] words = {"download", "--data", rows.toString(), "--to", volume.toString()};
    assertThat(typed(words).status()).isZero();
    Files.writeString(rows, "{\"text\":\"b\"}\n");
    Typed replaced = typed(words);
    assertThat(replaced.status()).as(replaced.err()).isZero();
    assertThat(volume.resolve("train.jsonl")).content().contains("\"b\"");
  }

  @Test
  void aFullDiskIsNamedLeavesNoLayersAndTheNextDownloadToALargerOneFinishes() throws Exception {
    push(TINY, "team/tiny:v1");
    String model = "--model=image://" + proxy.host() + "/team/tiny:v1";
    Path small = SmallDisk.mountOrSkip(dir.resolve("small"), 2);
    try {
      for (String to : List.of("--model-cache=" + small + "/cache", "--model-to=" + small + "/m")) {
        Typed full =
            to.startsWith("--model-to")
                ? typed("download", model, to)
                : typed("download", model, to, "--model-to=" + dir + "/full");
        assertThat(full.status()).as(full.err()).isEqualTo(ExitCode.STORAGE.code());
        assertThat(full.err()).containsAnyOf("No space left", "its disk has");
      }
      assertThat(bytes(small)).isLessThan(4096);
    } finally {
      SmallDisk.unmount(small);
    }
    assertThat(typed("download", model, "--model-to=" + dir + "/m").status()).isZero();
    assertThat(dir.resolve("m/model.safetensors"))
        .hasSameBinaryContentAs(TINY.resolve("model.safetensors"));
  }

  private static long bytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
