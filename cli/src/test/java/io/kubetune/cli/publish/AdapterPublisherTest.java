package io.kubetune.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.Tool;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AdapterPublisherTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Provenance PROVENANCE =
      new Provenance(
          "HuggingFaceTB/SmolLM2-135M",
          Optional.of("93efa2f"),
          Optional.of("sha256:" + "a".repeat(64)),
          Optional.of("sha256:" + "b".repeat(64)),
          Optional.of("0.1.0"),
          OptionalInt.of(30),
          OptionalDouble.of(2.5),
          OptionalDouble.of(1.25),
          Optional.of("apache-2.0"),
          Optional.of("quick"),
          Optional.empty());

  @TempDir Path dir;

  private Published publish(Path results, ImageReference target) {
    return new AdapterPublisher(Patience.none(), Map.of())
        .publish(results, target, PROVENANCE, TransferListener.SILENT);
  }

  @Test
  void skopeoReadsTheLayoutAndFindsKaitosFilesAndAnnotations() throws Exception {
    Path results = AdapterFolder.write(dir.resolve("results"), 4096, 1);
    Path layout = dir.resolve("out");
    Published published = publish(results, ImageReference.parse("oci:" + layout + ":v1"));

    JsonNode manifest = JSON.readTree(Tool.skopeo("inspect", "--raw", "oci:" + layout + ":v1"));
    assertThat(manifest.path("layers").size()).isEqualTo(1);
    assertThat(manifest.path("layers").path(0).path("mediaType").asString())
        .isEqualTo("application/vnd.oci.image.layer.v1.tar+gzip");
    JsonNode notes = manifest.path("annotations");
    assertThat(notes.path("sh.kaito.model.name").asString())
        .isEqualTo("HuggingFaceTB/SmolLM2-135M");
    assertThat(notes.path("io.kubetune.steps").asString()).isEqualTo("30");
    assertThat(notes.path("io.kubetune.eval.loss.after").asString()).isEqualTo("1.25");
    assertThat(notes.path("org.opencontainers.image.created").asString())
        .isEqualTo("1970-01-01T00:00:00Z");
    JsonNode seen = JSON.readTree(Tool.skopeo("inspect", "oci:" + layout + ":v1"));
    assertThat(seen.path("Digest").asString()).isEqualTo(published.digest().toString());

    // Another program unpacks it: gzip and tar of this system.
    Path copied = dir.resolve("copied");
    Tool.skopeo("copy", "oci:" + layout + ":v1", "dir:" + copied);
    String hex = manifest.path("layers").path(0).path("digest").asString().substring(7);
    Path unpacked = Files.createDirectory(dir.resolve("unpacked"));
    Tool.run(List.of("tar", "-xzf", copied.resolve(hex).toString(), "-C", unpacked.toString()));
    assertThat(unpacked.resolve("data/adapter_model.safetensors"))
        .hasSameBinaryContentAs(results.resolve("adapter_model.safetensors"));
    assertThat(unpacked.resolve("data/adapter_config.json")).hasContent(AdapterFolder.CONFIG);
    assertThat(unpacked.resolve("data/README.md")).doesNotExist();
  }

  @Test
  void theSameFilesGiveTheSameDigestWhateverTheirTimesModesAndFolders() throws Exception {
    Path one = AdapterFolder.write(dir.resolve("one"), 4096, 1);
    Path two = AdapterFolder.write(dir.resolve("a b/two"), 4096, 1);
    Files.setLastModifiedTime(two.resolve("adapter_config.json"), FileTime.fromMillis(1234567));
    Files.setPosixFilePermissions(
        two.resolve("adapter_config.json"),
        java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    Published first = publish(one, ImageReference.parse("oci:" + dir.resolve("out1")));
    Published second = publish(two, ImageReference.parse("oci:" + dir.resolve("out2")));
    assertThat(second.digest()).isEqualTo(first.digest());
    // Held against a fixed value, so that another library version can't move it unnoticed.
    assertThat(first.digest())
        .hasToString("sha256:241319e99e46293c543dd8df2ce6ede39fc55033dc73ef6557f1b3ca7ec8db8e");
  }

  @Test
  void otherTagsOfTheLayoutStay() throws Exception {
    Path layout = dir.resolve("out");
    publish(
        AdapterFolder.write(dir.resolve("r1"), 4096, 1),
        ImageReference.parse("oci:" + layout + ":v1"));
    publish(
        AdapterFolder.write(dir.resolve("r2"), 4096, 2),
        ImageReference.parse("oci:" + layout + ":v2"));
    publish(
        AdapterFolder.write(dir.resolve("r3"), 4096, 3),
        ImageReference.parse("oci:" + layout + ":v2"));
    JsonNode index = JSON.readTree(Files.readAllBytes(layout.resolve("index.json")));
    assertThat(index.path("manifests").size()).isEqualTo(2);
    Tool.skopeo("inspect", "oci:" + layout + ":v1");
    Tool.skopeo("inspect", "oci:" + layout + ":v2");
  }

  @Test
  void aRunThatHasNotCompletedIsNamedAndNoFolderIsLeft() throws Exception {
    Path results = Files.createDirectory(dir.resolve("results"));
    Path layout = dir.resolve("out");
    assertThatThrownBy(() -> publish(results, ImageReference.parse("oci:" + layout)))
        .isInstanceOfSatisfying(
            TuneException.class,
            e -> {
              assertThat(e.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
              assertThat(e.problems()).hasSize(2);
            });
    assertThat(layout).doesNotExist();
  }

  @Test
  void aRegistryHoldsTheSameImageAsTheLayoutAndASecondPushSendsNothing() throws Exception {
    Path results = AdapterFolder.write(dir.resolve("results"), 1 << 20, 1);
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"))) {
      Published layout = publish(results, ImageReference.parse("oci:" + dir.resolve("out")));
      Published pushed = publish(results, registry.image("team/adapter:v1"));
      assertThat(pushed.digest()).isEqualTo(layout.digest());
      String there =
          Tool.skopeo(
              "inspect", "--tls-verify=false", "docker://" + registry.host() + "/team/adapter:v1");
      assertThat(JSON.readTree(there).path("Digest").asString())
          .isEqualTo(pushed.digest().toString());

      Path uploads =
          registry.dir().resolve("store/docker/registry/v2/repositories/team/adapter/_uploads");
      FileTime before = Files.getLastModifiedTime(uploads);
      publish(results, registry.image("team/adapter:v2"));
      assertThat(Files.getLastModifiedTime(uploads)).isEqualTo(before);
    }
  }

  @Test
  void sourceDateEpochIsTheTimeThatTheImageStates() throws Exception {
    Path results = AdapterFolder.write(dir.resolve("results"), 4096, 1);
    ImageReference target = ImageReference.parse("oci:" + dir.resolve("out") + ":v1");
    new AdapterPublisher(Patience.none(), Map.of("SOURCE_DATE_EPOCH", "1700000000"))
        .publish(results, target, PROVENANCE, TransferListener.SILENT);
    JsonNode config =
        JSON.readTree(Tool.skopeo("inspect", "--config", "oci:" + dir.resolve("out") + ":v1"));
    assertThat(config.path("created").asString()).isEqualTo("2023-11-14T22:13:20Z");
  }

  @Test
  void aFullDiskLeavesNoLayout() throws Exception {
    Path small = SmallDisk.mountOrSkip(dir.resolve("small"), 1);
    try {
      Path results = AdapterFolder.write(dir.resolve("results"), 4 << 20, 1);
      Path layout = small.resolve("out");
      assertThatThrownBy(() -> publish(results, ImageReference.parse("oci:" + layout)))
          .isInstanceOfSatisfying(
              TuneException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.STORAGE))
          .extracting(e -> ((TuneException) e).problems().toString())
          .asString()
          .contains("No space left");
      try (Stream<Path> left = Files.list(small)) {
        assertThat(left).isEmpty();
      }
    } finally {
      SmallDisk.unmount(small);
    }
  }
}
