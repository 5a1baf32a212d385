package io.kubetune.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.cli.publish.LayerFiles.FileState;
import io.kubetune.cli.registry.FaultProxy;
import io.kubetune.cli.registry.FaultProxy.Fault;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.Tool;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(120)
class DataPublisherTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int SHARD_BYTES = 17 << 20;

  @TempDir Path dir;
  private Path shards;
  private Map<String, String> environment;

  @BeforeEach
  void shards() throws IOException {
    shards = Files.createDirectory(dir.resolve("shards"));
    Random random = new Random(1);
    for (int i = 0; i < 2; i++) {
      byte[] bytes = new byte[SHARD_BYTES];
      random.nextBytes(bytes);
      Files.write(shards.resolve("shard-" + i + ".jsonl"), bytes);
    }
    Files.writeString(shards.resolve("small.json"), "{}");
    environment = Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString());
  }

  private Published push(ImageReference target) {
    return push(environment, List.of(shards), Optional.empty(), target);
  }

  private static Published push(
      Map<String, String> environment,
      List<Path> sources,
      Optional<ImageReference> base,
      ImageReference target) {
    return new DataPublisher(Patience.none(), environment)
        .publish(sources, base, target, Map.of(), TransferListener.SILENT);
  }

  private static List<String> sent(FaultProxy proxy) {
    return proxy.requests().stream()
        .filter(each -> each.startsWith("PATCH") || each.startsWith("PUT"))
        .filter(each -> !each.contains("/manifests/"))
        .toList();
  }

  @Test
  void skopeoReadsTheSameFilesBackUnderData() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"))) {
      Published pushed = push(registry.image("team/data:v1"));
      Path layout = dir.resolve("copied");
      Tool.skopeo(
          "copy",
          "--src-tls-verify=false",
          "docker://" + registry.host() + "/team/data:v1",
          "oci:" + layout + ":v1");
      Path unpacked = unpack(layout, dir.resolve("unpacked"));
      for (String name : List.of("shard-0.jsonl", "shard-1.jsonl", "small.json")) {
        assertThat(unpacked.resolve("data").resolve(name))
            .hasSameBinaryContentAs(shards.resolve(name));
      }
      JsonNode seen = JSON.readTree(Tool.skopeo("inspect", "oci:" + layout + ":v1"));
      assertThat(seen.path("Digest").asString()).isEqualTo(pushed.digest().toString());
    }
  }

  private static Path unpack(Path layout, Path target) throws Exception {
    Files.createDirectories(target);
    JsonNode manifest = JSON.readTree(Tool.skopeo("inspect", "--raw", "oci:" + layout + ":v1"));
    for (JsonNode layer : manifest.path("layers")) {
      Path blob = layout.resolve("blobs/sha256/" + layer.path("digest").asString().substring(7));
      Tool.run(List.of("tar", "-xzf", blob.toString(), "-C", target.toString()));
    }
    return target;
  }

  @Test
  void theDigestIsTheSameForLayoutAndRegistryWithAndWithoutACache() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"))) {
      Published streamed = push(registry.image("team/data:v1"));
      Published remembered = push(registry.image("team/other:v1"));
      Published measured =
          push(Map.of(), List.of(shards), Optional.empty(), registry.image("team/third:v1"));
      Published layout = push(ImageReference.parse("oci:" + dir.resolve("layout")));
      assertThat(List.of(remembered.digest(), measured.digest(), layout.digest()))
          .containsOnly(streamed.digest());
    }
  }

  @Test
  void aSecondPushMovesNoBytesAndAChangedShardMovesAlone() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"));
        FaultProxy proxy = FaultProxy.before(registry)) {
      push(proxy.image("team/data:v1"));
      // Two shards with their own layers, one for the small file: PATCH and PUT each; a config.
      assertThat(sent(proxy)).hasSize(7);
      proxy.requests().clear();
      push(proxy.image("team/data:v2"));
      assertThat(sent(proxy)).isEmpty();
      // Without what the first push remembered, it is read again and still not sent.
      push(Map.of(), List.of(shards), Optional.empty(), proxy.image("team/data:v3"));
      assertThat(sent(proxy)).isEmpty();

      Files.writeString(shards.resolve("shard-1.jsonl"), "changed".repeat(3_000_000));
      push(proxy.image("team/data:v4"));
      assertThat(sent(proxy)).hasSize(3);
    }
  }

  @Test
  void anUploadOfUnknownLengthThatBreaksIsSentAgain() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"));
        FaultProxy proxy = FaultProxy.before(registry)) {
      List<String> broken = new ArrayList<>();
      proxy.onRequest(request -> {
        synchronized (broken) {
          if (request.startsWith("PATCH") && broken.size() < 2) {
            broken.add(request);
            return new Fault.CutRequest(5_000_000);
          }
          return Fault.NONE;
        }
      });
      Published pushed = push(proxy.image("team/data:v1"));
      assertThat(broken).hasSize(2);
      assertThat(pushed.digest())
          .isEqualTo(push(ImageReference.parse("oci:" + dir.resolve("layout"))).digest());
    }
  }

  /// One layer of three pieces.
  private Path twentyMegabytes() throws Exception {
    Path file = Files.createDirectories(dir.resolve("one")).resolve("shard.jsonl");
    Files.write(file, new byte[20_000_000]);
    return file.getParent();
  }

  private static int first(String range) {
    return Integer.parseInt(range.substring(0, range.indexOf('-')));
  }

  private Published push(Path folder, ImageReference target) {
    return push(
        Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString()),
        List.of(folder),
        Optional.empty(),
        target);
  }

  @Test
  void anUploadThatBreaksAgainAndAgainGoesOnFromWhatTheRegistryHas() throws Exception {
    Path one = twentyMegabytes();
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"));
        FaultProxy proxy = FaultProxy.before(registry)) {
      AtomicBoolean asked = new AtomicBoolean();
      proxy.onRequest(request -> {
        if (request.startsWith("GET") && request.contains("/uploads/")) {
          asked.set(true);
        }
        return request.startsWith("PATCH") && !asked.getAndSet(false)
            ? new Fault.CutRequest(5_000_000)
            : Fault.NONE;
      });
      Published pushed = push(one, proxy.image("team/data:v1"));
      // Each piece breaks and is sent again, by the JDK's client too; none that arrived is.
      List<String> pieces =
          sent(proxy).stream()
              .filter(each -> each.contains(" Content-Range "))
              .map(each -> each.substring(each.indexOf(" Content-Range ") + 15))
              .toList();
      assertThat(pieces).hasSizeGreaterThanOrEqualTo(6);
      assertThat(pieces.stream().distinct())
          .hasSize(3)
          .startsWith("0-8388607", "8388608-16777215")
          .last()
          .asString()
          .startsWith("16777216-2000");
      assertThat(pieces).isSortedAccordingTo(Comparator.comparingInt(DataPublisherTest::first));
      assertThat(pushed.digest())
          .isEqualTo(push(one, ImageReference.parse("oci:" + dir.resolve("layout"))).digest());
    }
  }

  @Test
  void anUploadThatTheRegistryForgotWhenItBrokeIsSentAnew() throws Exception {
    Path one = twentyMegabytes();
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"));
        FaultProxy proxy = FaultProxy.before(registry)) {
      AtomicBoolean asked = new AtomicBoolean();
      proxy.onRequest(request -> {
        if (request.startsWith("GET") && request.contains("/uploads/")) {
          asked.set(true);
          // What docker-registry says where it had a part of the request that broke.
          return new Fault.Answer(404, "application/json", "{}", List.of());
        }
        return request.startsWith("PATCH") && !asked.get()
            ? new Fault.CutRequest(5_000_000)
            : Fault.NONE;
      });
      Published pushed = push(one, proxy.image("team/data:v1"));
      assertThat(asked).isTrue();
      assertThat(sent(proxy))
          .filteredOn(each -> each.startsWith("PATCH"))
          .last()
          .asString()
          .doesNotContain("Content-Range");
      assertThat(pushed.digest())
          .isEqualTo(push(one, ImageReference.parse("oci:" + dir.resolve("layout"))).digest());
    }
  }

  @Test
  void filesAreAddedToAnImageWhoseLayersAreNotMoved() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"));
        FaultProxy proxy = FaultProxy.before(registry)) {
      push(proxy.image("team/base:v1"));
      proxy.requests().clear();
      Path more = Files.createDirectory(dir.resolve("more"));
      Files.writeString(more.resolve("more.jsonl"), "{}\n");
      push(
          environment,
          List.of(more),
          Optional.of(proxy.image("team/base:v1")),
          proxy.image("team/sum:v1"));
      assertThat(sent(proxy)).as("the new layer and the config").hasSize(3);
      Path layout = dir.resolve("copied");
      Tool.skopeo(
          "copy",
          "--src-tls-verify=false",
          "docker://" + registry.host() + "/team/sum:v1",
          "oci:" + layout + ":v1");
      Path unpacked = unpack(layout, dir.resolve("unpacked"));
      assertThat(unpacked.resolve("data/more.jsonl")).hasContent("{}\n");
      assertThat(unpacked.resolve("data/shard-0.jsonl"))
          .hasSameBinaryContentAs(shards.resolve("shard-0.jsonl"));

      // From a layout the layers are copied.
      push(ImageReference.parse("oci:" + dir.resolve("layout") + ":v1"));
      Published copied =
          push(
              environment,
              List.of(more),
              Optional.of(ImageReference.parse("oci:" + dir.resolve("layout") + ":v1")),
              ImageReference.parse("oci:" + dir.resolve("sum") + ":v1"));
      assertThat(copied.bytes()).isGreaterThan(2L * SHARD_BYTES);
    }
  }

  @Test
  void namesWithSpacesEmojiAnd255BytesComeBack() throws Exception {
    Path odd = Files.createDirectories(dir.resolve("odd/a b/ü"));
    List<String> names =
        List.of("with space.jsonl", "😀.jsonl", "x".repeat(255), "'quote\"$(id)", "-dash", "…");
    for (String name : names) {
      Files.writeString(odd.resolve(name), name);
    }
    Path layout = dir.resolve("layout");
    push(
        environment,
        List.of(dir.resolve("odd")),
        Optional.empty(),
        ImageReference.parse("oci:" + layout + ":v1"));
    Path unpacked = unpack(layout, dir.resolve("unpacked"));
    for (String name : names) {
      assertThat(unpacked.resolve("data/a b/ü").resolve(name)).hasContent(name);
    }
  }

  @Test
  void aFileThatChangesWhileItIsPackagedIsNamedAndNoTagIsLeft() throws Exception {
    AtomicLong sentBytes = new AtomicLong();
    TransferListener writer =
        new TransferListener() {
          @Override
          public Item begin(String title, long totalBytes) {
            return bytes -> {
              long before = sentBytes.getAndAdd(bytes);
              if (before < 1_000_000 && before + bytes >= 1_000_000) {
                grow();
              }
            };
          }

          @Override
          public void say(String message) {}
        };
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"))) {
      assertThatThrownBy(() ->
              new DataPublisher(Patience.none(), environment)
                  .publish(
                      List.of(shards),
                      Optional.empty(),
                      registry.image("team/data:v1"),
                      Map.of(),
                      writer))
          .isInstanceOfSatisfying(
              TuneException.class,
              e -> assertThat(e.problems().toString()).contains("changed while it was packaged"));
      assertThat(
              registry.dir().resolve("store/docker/registry/v2/repositories/team/data/_manifests"))
          .doesNotExist();
    }
  }

  private void grow() {
    try {
      for (String name : List.of("shard-0.jsonl", "shard-1.jsonl")) {
        Files.write(shards.resolve(name), new byte[1], StandardOpenOption.APPEND);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatIsMissingOrThereTwiceIsSaidAtOnce() throws Exception {
    Path other = Files.createDirectory(dir.resolve("other"));
    Files.writeString(other.resolve("small.json"), "{}");
    assertThatThrownBy(() ->
            push(
                environment,
                List.of(shards, other, dir.resolve("none")),
                Optional.empty(),
                ImageReference.parse("oci:" + dir.resolve("layout"))))
        .isInstanceOfSatisfying(
            TuneException.class,
            e -> {
              assertThat(e.exitCode()).isEqualTo(ExitCode.BAD_DATA);
              assertThat(e.problems()).hasSize(2);
            });
    assertThat(dir.resolve("layout")).doesNotExist();
  }

  @Test
  void manySmallFilesStayBelowTheLayerLimitAndANewOneMovesOneLayer() throws Exception {
    Path many = Files.createDirectory(dir.resolve("many"));
    for (int i = 0; i < 20_000; i++) {
      Files.write(many.resolve("f" + i), Integer.toString(i).getBytes(StandardCharsets.UTF_8));
    }
    List<List<FileState>> before = LayerPlan.of(DataFiles.gather(List.of(many)));
    assertThat(before).hasSize(8);
    Files.writeString(many.resolve("new"), "new");
    List<List<FileState>> after = LayerPlan.of(DataFiles.gather(List.of(many)));
    after.removeAll(before);
    assertThat(after).hasSize(1);
    Published pushed =
        push(
            environment,
            List.of(many),
            Optional.empty(),
            ImageReference.parse("oci:" + dir.resolve("layout") + ":v1"));
    assertThat(pushed.bytes()).isGreaterThan(20_000L * 512);
    Path unpacked = unpack(dir.resolve("layout"), dir.resolve("unpacked"));
    try (Stream<Path> files = Files.list(unpacked.resolve("data"))) {
      assertThat(files.count()).isEqualTo(20_001);
    }
  }

  @Test
  void hundredLargeFilesStayBelowTheLayerLimit() throws Exception {
    List<FileState> files = new ArrayList<>();
    Path sparse = dir.resolve("sparse");
    try (var channel =
        java.nio.channels.FileChannel.open(
            sparse,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[1]), 40L << 20);
    }
    for (int i = 0; i < 300; i++) {
      files.add(FileState.of("/data/" + i, sparse));
    }
    assertThat(LayerPlan.of(files).size()).isBetween(16, 127);
  }
}
