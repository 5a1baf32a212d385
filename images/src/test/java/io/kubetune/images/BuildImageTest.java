package io.kubetune.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.contract.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

class BuildImageTest {
  @TempDir private Path folder;

  private Path layer;

  @BeforeEach
  void aLayerWithAProgramAndAFile() throws IOException {
    layer = folder.resolve("layer");
    write(layer);
  }

  private static void write(Path layer) throws IOException {
    Path program = layer.resolve("usr/bin/tool");
    Files.createDirectories(program.getParent());
    Files.writeString(program, "#!/bin/sh\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.createDirectories(layer.resolve("tmp"));
    Files.writeString(layer.resolve("etc"), "text");
  }

  private void build(String name, String to, Path from, String cache) {
    int status =
        new CommandLine(new BuildImage())
            .execute(
                "--name=" + name,
                "--to=" + to,
                "--layer=base=" + from,
                "--entrypoint=/usr/bin/tool",
                "--entrypoint=--flag",
                "--env=HOME=/tmp",
                "--label=org.opencontainers.image.title=tool",
                "--cache=" + folder.resolve(cache));
    assertThat(status).isZero();
  }

  private static JsonNode json(Path file) throws IOException {
    return Json.MAPPER.readTree(Files.readAllBytes(file));
  }

  private static JsonNode blob(Path layout, JsonNode descriptor) throws IOException {
    String digest = descriptor.path("digest").asString();
    return json(layout.resolve("blobs").resolve(digest.replace(':', '/')));
  }

  @Test
  void theSameFilesAtAnotherTimeAndPlaceGiveTheSameDigest() throws Exception {
    Path other = folder.resolve("elsewhere");
    write(other);
    Files.setLastModifiedTime(
        other.resolve("etc"), FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
    build("tool:1", "oci:" + folder.resolve("one"), layer, "cache-1");
    build("tool:1", "oci:" + folder.resolve("two"), other, "cache-2");

    assertThat(folder.resolve("one/index.json"))
        .hasSameBinaryContentAs(folder.resolve("two/index.json"));
  }

  @Test
  void theImageRunsAsAUserThatIsNotRootAndSaysWhatItRuns() throws Exception {
    Path layout = folder.resolve("out");
    build("tool:1", "oci:" + layout, layer, "cache");

    JsonNode manifest = blob(layout, json(layout.resolve("index.json")).path("manifests").path(0));
    JsonNode config = blob(layout, manifest.path("config"));
    assertThat(config.path("architecture").asString()).isEqualTo("amd64");
    assertThat(config.path("config").path("User").asString()).isEqualTo("65532:65532");
    assertThat(config.path("config").path("Entrypoint").toString())
        .isEqualTo("[\"/usr/bin/tool\",\"--flag\"]");
    assertThat(config.path("config").path("Env").toString()).contains("HOME=/tmp");
  }

  @Test
  void aLayoutKeepsItsOtherImagesAndReplacesThatOfTheSameName() throws Exception {
    Path layout = folder.resolve("out");
    build("first:1", "oci:" + layout, layer, "cache");
    build("second:1", "oci:" + layout, layer, "cache");
    Files.writeString(layer.resolve("etc"), "other text");
    build("first:1", "oci:" + layout, layer, "cache");

    assertThat(json(layout.resolve("index.json")).path("manifests"))
        .extracting(
            each -> each.path("annotations").path("org.opencontainers.image.ref.name").asString(""))
        .containsExactly("second:1", "first:1");
  }

  @Test
  void skopeoReadsTheLayoutAndTheTar() throws Exception {
    Path skopeo = Path.of("/usr/bin/skopeo");
    if (!Files.isExecutable(skopeo)) {
      assertThat(System.getenv("CI")).as("MISSING skopeo: apt-get install skopeo").isNull();
      System.err.println("SKIPPED, NOT TESTED: MISSING skopeo: apt-get install skopeo");
      Assumptions.abort("no skopeo");
    }
    Path layout = folder.resolve("out");
    build("tool:1", "oci:" + layout, layer, "cache");
    build("tool:1", "tar:" + folder.resolve("tars"), layer, "cache");

    JsonNode inspected =
        Json.MAPPER.readTree(run(skopeo, "inspect", "--config", "oci:" + layout + ":tool:1"));
    assertThat(inspected.path("config").path("Labels").path("org.opencontainers.image.title"))
        .isEqualTo(Json.MAPPER.readTree("\"tool\""));
    Path copied = Files.createDirectory(folder.resolve("copied"));
    run(
        skopeo,
        "--insecure-policy",
        "copy",
        "oci-archive:" + folder.resolve("tars/tool-1.tar"),
        "dir:" + copied);
    assertThat(copied.resolve("manifest.json")).exists();
  }

  private static String run(Path program, String... arguments) throws Exception {
    ProcessBuilder command = new ProcessBuilder(program.toString());
    command.command().addAll(List.of(arguments));
    Process process = command.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
