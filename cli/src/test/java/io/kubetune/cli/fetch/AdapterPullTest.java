package io.kubetune.cli.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.publish.PublishedAdapter;
import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageManifest;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.Tool;
import io.kubetune.cli.registry.TransferListener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
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
        Published published = PublishedAdapter.as(where, results);
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

  private PulledAdapter pull(ImageReference image, String target) {
    return new AdapterPull(Patience.none())
        .pull(image, dir.resolve(target), TransferListener.SILENT);
  }

  /// One gzipped tar with both files under data/ and a config of diff_ids alone.
  @Test
  void anAdapterThatKaitosPusherMadeIsPulled() throws Exception {
    byte[] weights = AdapterFolder.weights(1 << 16, 3);
    byte[] tar =
        new RawImage.Tar()
            .file("data/adapter_config.json", AdapterFolder.CONFIG)
            .file("data/adapter_model.safetensors", weights)
            .bytes();
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"))) {
      ImageReference image = registry.image("kaito/adapter:v1");
      Digest digest =
          RawImage.write(
              image,
              "{\"rootfs\":{\"diff_ids\":[\"" + Digest.of(tar) + "\"]}}",
              RawImage.layer(RawImage.gzip(tar)));
      PulledAdapter adapter = pull(image, "pulled");
      assertThat(adapter.digest()).isEqualTo(digest);
      assertThat(adapter.annotations()).containsEntry("sh.kaito.model.name", "phi-4");
      assertThat(dir.resolve("pulled/adapter_model.safetensors")).hasBinaryContent(weights);
    }
  }

  @Test
  void anAdapterThatOrasPushedAsFilesIsPulled() throws Exception {
    byte[] weights = AdapterFolder.weights(1 << 16, 3);
    byte[] config = AdapterFolder.CONFIG.getBytes(StandardCharsets.UTF_8);
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"))) {
      for (String folder : List.of("", "my-adapter/")) {
        ImageReference image = registry.image("oras/adapter:v" + folder.length());
        RawImage.write(
            image,
            "{}",
            RawImage.titled(folder + "adapter_config.json", config),
            RawImage.titled(folder + "adapter_model.safetensors", weights));
        PulledAdapter adapter = pull(image, "pulled" + folder.length());
        assertThat(adapter.files()).hasSize(2);
        assertThat(adapter.folder().resolve("adapter_model.safetensors")).hasBinaryContent(weights);
      }
    }
  }

  /// ORAS packs a folder and marks it.
  @Test
  void anAdapterThatOrasPushedAsAFolderIsPulled() throws Exception {
    byte[] weights = AdapterFolder.weights(1 << 16, 3);
    byte[] packed =
        RawImage.gzip(
            new RawImage.Tar()
                .file("adapter/adapter_config.json", AdapterFolder.CONFIG)
                .file("adapter/adapter_model.safetensors", weights)
                .bytes());
    ImageReference image = ImageReference.parse("oci:" + dir.resolve("image"));
    RawImage.write(
        image,
        "{}",
        new RawImage.RawLayer(
            new Descriptor(
                ImageManifest.OCI_LAYER,
                Digest.of(packed),
                packed.length,
                Map.of(Descriptor.TITLE, "adapter", "io.deis.oras.content.unpack", "true")),
            packed));
    pull(image, "pulled");
    assertThat(dir.resolve("pulled/adapter_model.safetensors")).hasBinaryContent(weights);
  }

  @Test
  void anAdapterOnTopOfAnOperatingSystemIsPulledWithoutIt() throws Exception {
    byte[] system =
        new RawImage.Tar()
            .file("etc/passwd", "root")
            .special("bin/sh", TarConstants.LF_SYMLINK, "/bin/busybox")
            .file("data/old.json", "{}")
            .bytes();
    byte[] adapter =
        new RawImage.Tar()
            .file("data/adapter_config.json", AdapterFolder.CONFIG)
            .file("data/adapter_model.safetensors", AdapterFolder.weights(4096, 3))
            .file("data/.wh.old.json", "")
            .bytes();
    ImageReference image = ImageReference.parse("oci:" + dir.resolve("image"));
    RawImage.write(
        image, "{}", RawImage.layer(RawImage.gzip(system)), RawImage.layer(RawImage.gzip(adapter)));
    assertThat(pull(image, "pulled").files()).hasSize(2);
  }

  @Test
  void skopeosCopyOfOurImageIsPulledWithTheSameDigest() throws Exception {
    Path results = AdapterFolder.write(dir.resolve("results"), 1 << 16, 1);
    Published published =
        PublishedAdapter.as(ImageReference.parse("oci:" + dir.resolve("ours") + ":v1"), results);
    Tool.skopeo("copy", "oci:" + dir.resolve("ours") + ":v1", "oci:" + dir.resolve("theirs"));
    PulledAdapter adapter = pull(ImageReference.parse("oci:" + dir.resolve("theirs")), "pulled");
    assertThat(adapter.digest()).isEqualTo(published.digest());
  }
}
