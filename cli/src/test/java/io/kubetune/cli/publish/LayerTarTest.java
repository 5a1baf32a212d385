package io.kubetune.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.image.ReproducibleLayerBuilder;
import com.google.common.collect.ImmutableList;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerTarTest {
  @TempDir Path dir;

  @Test
  void everyByteIsThatOfJibsReproducibleLayer() throws Exception {
    Map<String, Path> files = new TreeMap<>();
    Random random = new Random(1);
    List<String> names =
        List.of(
            "adapter_config.json",
            "a b/c.jsonl",
            "a b/d/e",
            "a b.x",
            "😀",
            "ü/é",
            "x".repeat(255),
            "deep/" + "y".repeat(90) + "/" + "z".repeat(60),
            "" + "w".repeat(99),
            "-",
            "empty");
    for (String name : names) {
      byte[] content = new byte[name.equals("empty") ? 0 : 1 + random.nextInt(200_000)];
      random.nextBytes(content);
      Path file = dir.resolve(name);
      Files.createDirectories(file.getParent());
      files.put("/data/" + name, Files.write(file, content));
    }
    ImmutableList.Builder<FileEntry> entries = ImmutableList.builder();
    files.forEach((name, file) ->
        entries.add(
            new FileEntry(
                file,
                AbsoluteUnixPath.get(name),
                FilePermissions.fromOctalString("644"),
                Instant.ofEpochSecond(1))));
    ByteArrayOutputStream jibs = new ByteArrayOutputStream();
    new ReproducibleLayerBuilder(entries.build()).build().writeTo(jibs);

    ByteArrayOutputStream ours = new ByteArrayOutputStream();
    LayerFiles.of(files).writeTo(ours);
    byte[] tar = new GZIPInputStream(new ByteArrayInputStream(ours.toByteArray())).readAllBytes();
    assertThat(Arrays.mismatch(tar, jibs.toByteArray())).as("first byte that differs").isNegative();
  }
}
