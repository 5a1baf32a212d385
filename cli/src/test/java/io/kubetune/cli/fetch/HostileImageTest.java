package io.kubetune.cli.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostileImageTest {
  @TempDir Path dir;
  private ImageReference layout;
  private Path target;

  @BeforeEach
  void places() {
    layout = ImageReference.parse("oci:" + dir.resolve("image") + ":v1");
    target = dir.resolve("target");
  }

  /// What every hostile image also has, so that only the hostile entry is the reason.
  private static RawImage.Tar adapter() throws IOException {
    return new RawImage.Tar()
        .file("data/adapter_config.json", AdapterFolder.CONFIG)
        .file("data/adapter_model.safetensors", AdapterFolder.weights(4096, 1));
  }

  private TuneException pullFails() throws IOException {
    TuneException[] caught = new TuneException[1];
    assertThatThrownBy(
            () -> new AdapterPull(Patience.none()).pull(layout, target, TransferListener.SILENT))
        .isInstanceOfSatisfying(TuneException.class, e -> caught[0] = e);
    assertThat(target).doesNotExist();
    assertThat(dir.resolve("evil")).doesNotExist();
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).containsExactly(dir.resolve("image"));
    }
    return caught[0];
  }

  static Stream<Arguments> hostileEntries() {
    return Stream.of(
        arguments("../evil", TarConstants.LF_NORMAL, "leads out"),
        arguments("data/../../evil", TarConstants.LF_NORMAL, "leads out"),
        arguments("/tmp/evil", TarConstants.LF_NORMAL, "absolute"),
        arguments("data/link", TarConstants.LF_SYMLINK, "symbolic link"),
        arguments("data/hard", TarConstants.LF_LINK, "hard link"),
        arguments("data/char", TarConstants.LF_CHR, "device"),
        arguments("data/block", TarConstants.LF_BLK, "device"),
        arguments("data/pipe", TarConstants.LF_FIFO, "pipe"),
        arguments("data/adapter_config.json", TarConstants.LF_NORMAL, "twice"),
        arguments("data/adapter_config.json/x", TarConstants.LF_NORMAL, "below a file"),
        arguments("data/.wh...", TarConstants.LF_NORMAL, "leads out"));
  }

  @ParameterizedTest
  @MethodSource("hostileEntries")
  void anEntryThatIsNoPlainFileInsideIsRefusedAndNothingIsLeft(
      String name, byte flag, String reason) throws Exception {
    byte[] tar = adapter().special(name, flag, "/etc/passwd").bytes();
    RawImage.write(layout, "{}", RawImage.layer(RawImage.gzip(tar)));
    TuneException refused = pullFails();
    assertThat(refused.exitCode()).isEqualTo(ExitCode.REGISTRY);
    assertThat(refused.problems().toString()).contains(reason);
  }

  @ParameterizedTest
  @MethodSource("hostileTitles")
  void aTitleOfOrasThatLeavesTheFolderIsRefused(String title) throws Exception {
    RawImage.write(layout, "{}", RawImage.titled(title, new byte[] {1}));
    assertThat(pullFails().problems().toString()).contains(title);
  }

  static Stream<String> hostileTitles() {
    return Stream.of("../evil", "/etc/cron.d/evil", "data/../../evil");
  }

  @Test
  void aLayerBombIsStoppedBeforeItFillsTheDisk() throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      gzip.write(Arrays.copyOf(adapter().bytes(), 8192));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 300; i++) {
        gzip.write(zeros);
      }
    }
    RawImage.write(layout, "{}", RawImage.layer(bomb.toByteArray()));
    assertThat(pullFails().problems().toString()).contains("unpacks to");
  }

  @Test
  void anEntryThatClaimsMoreThanTheLayerCanHoldIsRefusedBeforeItIsWritten() throws Exception {
    byte[] tar = adapter().file("data/huge", new byte[64 << 20]).bytes();
    RawImage.write(layout, "{}", RawImage.layer(RawImage.gzip(tar)));
    assertThat(pullFails().problems().toString()).contains("unpacks to");
  }

  @Test
  void aNameOfManyMegabytesDoesNotFillTheMemory() throws Exception {
    byte[] tar = adapter().longName(8 << 20).bytes();
    RawImage.write(layout, "{}", RawImage.layer(RawImage.gzip(tar)));
    assertThat(pullFails().problems().toString()).contains("header of more than 1 MiB");
  }

  @Test
  void aCutArchiveIsDamagedNotStorage() throws Exception {
    byte[] tar = adapter().bytes();
    for (byte[] cut :
        List.of(
            RawImage.gzip(Arrays.copyOf(tar, 3000)),
            Arrays.copyOf(RawImage.gzip(tar), 900),
            "no archive at all".getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
      RawImage.write(layout, "{}", RawImage.layer(cut));
      assertThat(pullFails().exitCode()).isEqualTo(ExitCode.REGISTRY);
    }
  }

  @Test
  void aLayerThatIsNotWhatTheConfigListsIsRefused() throws Exception {
    String config = "{\"rootfs\":{\"diff_ids\":[\"sha256:" + "0".repeat(64) + "\"]}}";
    RawImage.write(layout, config, RawImage.layer(RawImage.gzip(adapter().bytes())));
    assertThat(pullFails().problems().toString()).contains("unpacks to sha256:");
  }

  @Test
  void anImageWithoutAnAdapterSaysWhatAnAdapterIs() throws Exception {
    byte[] tar = new RawImage.Tar().file("data/rows.jsonl", "{}").bytes();
    RawImage.write(layout, "{}", RawImage.layer(RawImage.gzip(tar)));
    assertThat(pullFails().problems().toString()).contains("no adapter_config.json");
  }

  @Test
  void cutWeightsAreFoundThoughEveryDigestIsRight() throws Exception {
    byte[] weights = AdapterFolder.weights(4096, 1);
    byte[] tar =
        new RawImage.Tar()
            .file("data/adapter_config.json", AdapterFolder.CONFIG)
            .file("data/adapter_model.safetensors", Arrays.copyOf(weights, 4000))
            .bytes();
    RawImage.write(layout, "{}", RawImage.layer(RawImage.gzip(tar)));
    assertThat(pullFails().problems().toString()).contains("cut");
  }
}
