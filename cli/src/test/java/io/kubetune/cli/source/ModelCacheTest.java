package io.kubetune.cli.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.PodContainer;
import io.kubetune.cli.StartedCommand;
import io.kubetune.cli.Typed;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.source.FileServer.Fault;
import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One cache and several downloaders, each a process of its own as in the pods that share a claim.
class ModelCacheTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final byte[] WEIGHTS = new byte[3_000_000];
  private static final int HALF = 1_400_000;

  static {
    new Random(7).nextBytes(WEIGHTS);
  }

  @TempDir Path folder;
  private FileServer server;
  private Path cache;
  private final List<StartedCommand> started = new ArrayList<>();

  @BeforeEach
  void serve() throws IOException {
    server = new FileServer();
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("config.json", "{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8));
    files.put("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
    files.put("model.safetensors", WEIGHTS);
    HubPages.put(server, COMMIT, "models", "org/tiny", "/org/tiny", files);
    cache = Files.createDirectory(folder.resolve("cache"));
  }

  @AfterEach
  void stop() {
    started.forEach(each -> each.process().destroyForcibly());
    server.close();
  }

  private static String weights() {
    return "/cdn/" + Digest.of(WEIGHTS).hex();
  }

  private Path model(String name) {
    return folder.resolve(name);
  }

  /// A downloader that fills a folder of its own from the shared cache.
  private StartedCommand downloader(String name) throws IOException {
    StartedCommand command =
        StartedCommand.of(
            Map.of("HF_ENDPOINT", server.uri("").toString(), "HOME", folder.toString()),
            folder.resolve(name + ".log"),
            "pod",
            "download",
            "--model=hf://org/tiny",
            "--model-to=" + model(name),
            "--model-cache=" + cache,
            "--model-links");
    started.add(command);
    return command;
  }

  private Path partial() {
    return cache
        .resolve("models--org--tiny/blobs")
        .resolve("." + Digest.of(WEIGHTS).hex() + ".partial");
  }

  private long arrived() {
    try {
      return Files.size(partial());
    } catch (IOException e) {
      return 0;
    }
  }

  private void assertWhole(String name) throws IOException {
    Path file = model(name).resolve("model.safetensors");
    assertThat(file).hasBinaryContent(WEIGHTS);
    assertThat(Files.readSymbolicLink(file))
        .isEqualTo(cache.resolve("models--org--tiny/snapshots/" + COMMIT + "/model.safetensors"));
  }

  @Test
  void twoDownloadersAtOnceLoadEachFileOnceAndTheSecondSaysForWhomItWaits() throws Exception {
    CountDownLatch rest = new CountDownLatch(1);
    server.fault(weights(), new Fault.Held(HALF, rest));
    StartedCommand first = downloader("first");
    StartedCommand.await("the first half", () -> arrived() >= HALF);
    StartedCommand second = downloader("second");
    second.awaitSaying("waiting for process " + first.process().pid());
    rest.countDown();

    first.assertEndsWell();
    second.assertEndsWell();

    assertThat(server.count(weights())).isEqualTo(1);
    for (String small : List.of("config.json", "tokenizer.json")) {
      assertThat(server.count("/org/tiny/resolve/" + COMMIT + "/" + small)).isEqualTo(1);
    }
    assertWhole("first");
    assertWhole("second");
    assertThat(second.said()).contains(", which downloads it");
  }

  @Test
  void whatAKilledDownloaderHasLoadedIsGoneOnWithByTheNext() throws Exception {
    server.fault(weights(), new Fault.Held(HALF, new CountDownLatch(1)));
    StartedCommand killed = downloader("killed");
    StartedCommand.await("the first half", () -> arrived() >= HALF);
    killed.kill();
    long kept = arrived();

    StartedCommand next = downloader("next");

    next.assertEndsWell();
    assertThat(server.last(weights()).headers().getFirst("Range")).isEqualTo("bytes=" + kept + "-");
    assertWhole("next");
    assertThat(partial()).doesNotExist();
  }

  @Test
  void whoWaitsForADownloaderThatIsKilledTakesOverAtItsByte() throws Exception {
    server.fault(weights(), new Fault.Held(HALF, new CountDownLatch(1)));
    StartedCommand killed = downloader("killed");
    StartedCommand.await("the first half", () -> arrived() >= HALF);
    StartedCommand waiting = downloader("waiting");
    waiting.awaitSaying("waiting for process " + killed.process().pid());

    killed.kill();

    waiting.assertEndsWell();
    assertThat(server.count(weights())).isEqualTo(2);
    assertThat(server.last(weights()).headers().getFirst("Range")).isEqualTo("bytes=" + HALF + "-");
    assertWhole("waiting");
  }

  @Test
  void bytesThatAKilledDownloaderLeftDamagedAreNotTakenForTheModel() throws Exception {
    Files.createDirectories(partial().getParent());
    Files.write(partial(), new byte[HALF]);

    StartedCommand first = downloader("first");

    first.assertEndsWell();
    assertThat(first.said()).contains("an earlier download left it damaged");
    assertWhole("first");
  }

  private Typed create(String... more) {
    String[] words = {
      "create",
      "bot",
      "--dry-run=client",
      "--output=json",
      "--memory=1Gi",
      "--output-image=registry.example.com/a:1"
    };
    return Typed.command(
        Map.of("HOME", folder.toString()),
        Stream.of(words, more).flatMap(Stream::of).toArray(String[]::new));
  }

  @Test
  void aPodKeepsTheModelOnTheClaimAndItsTrainerReadsThroughLinks() throws Exception {
    Typed created =
        create("--model=hf://org/tiny", "--data=pvc://rows", "--model-cache=hub/team-a");
    assertThat(created.status()).as(created.err()).isZero();
    Path weights = Files.createDirectory(folder.resolve("weights"));
    Path rows = Files.createDirectory(folder.resolve("rows"));
    Files.writeString(rows.resolve("a.jsonl"), "{\"text\":\"a\"}\n");
    Path tmp = Files.createDirectory(folder.resolve("tmp"));
    Path data = Files.createDirectory(folder.resolve("data"));

    Typed downloaded =
        PodContainer.of(created.out(), "data-downloader")
            .at("/mnt/model-cache", cache)
            .at("/workspace/weights", weights)
            .at("/mnt/sources/1", rows)
            .at("/mnt/data", data)
            .at("/tmp", tmp)
            .run(Map.of("HF_ENDPOINT", server.uri("").toString()));

    assertThat(downloaded.status()).as(downloaded.out()).isZero();
    Path snapshot = cache.resolve("team-a/models--org--tiny/snapshots/" + COMMIT);
    try (Stream<Path> files = Files.list(weights)) {
      for (Path each : files.filter(file -> !file.endsWith(".kubetune-download")).toList()) {
        assertThat(Files.readSymbolicLink(each)).isEqualTo(snapshot.resolve(each.getFileName()));
      }
    }
    assertThat(weights.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(PodContainer.of(created.out(), "trainer").spec().path("volumeMounts").toString())
        .contains(
            "{\"name\":\"model-cache\",\"mountPath\":\"/mnt/model-cache\",\"readOnly\":true}");
    assertThat(PodContainer.of(created.out(), "publisher").spec().toString())
        .doesNotContain("model-cache");
  }

  @Test
  void aCacheThatNothingWouldBeKeptInIsRefused() {
    Typed unused = create("--model=pvc://m", "--data=pvc://rows", "--model-cache=hub");
    assertThat(unused.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(unused.err()).contains("--model-cache", "the model is no image and not of the hub");

    Typed folder = create("--model=hf://org/tiny", "--data=pvc://rows", "--model-cache=./hub");
    assertThat(folder.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(folder.err()).contains("name a PersistentVolumeClaim: CLAIM or CLAIM/PATH");

    Typed alone =
        Typed.command(Map.of(), "download", "--model=org/tiny", "--model-to=m", "--model-links");
    assertThat(alone.status()).isEqualTo(ExitCode.USAGE.code());
  }
}
