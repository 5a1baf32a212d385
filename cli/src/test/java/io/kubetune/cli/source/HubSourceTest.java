package io.kubetune.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.source.FileServer.Fault;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models and datasets from a server that answers as the Hugging Face hub does: a listing with
/// blobs, large files behind redirects to another host.
class HubSourceTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final byte[] WEIGHTS = new byte[200_000];

  static {
    new Random(11).nextBytes(WEIGHTS);
  }

  @TempDir Path folder;
  private FileServer server;
  private final Patience.Heard heard = new Patience.Heard();

  @BeforeEach
  void start() throws Exception {
    server = new FileServer();
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("config.json", "{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8));
    files.put("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8));
    files.put("model.safetensors", WEIGHTS);
    files.put("pytorch_model.bin", "pickle".getBytes(StandardCharsets.UTF_8));
    files.put("onnx/model.onnx", "onnx".getBytes(StandardCharsets.UTF_8));
    repository("models", "org/tiny", "/org/tiny", files);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void repository(String kind, String id, String page, Map<String, byte[]> files) {
    HubPages.put(server, COMMIT, kind, id, page, files);
  }

  private SourceOptions options(Map<String, String> more) {
    Map<String, String> environment =
        new HashMap<>(Map.of("HF_ENDPOINT", server.uri("").toString()));
    environment.putAll(more);
    return Patience.options(folder, environment);
  }

  private FetchedFiles fetch(String text, Map<String, String> environment) {
    return Sources.fetch(
        SourceReference.model(text), folder.resolve("cache"), options(environment), heard);
  }

  private TuneException refused(String text, Map<String, String> environment) {
    return catchThrowableOfType(TuneException.class, () -> fetch(text, environment));
  }

  @Test
  void onlyTheFilesThatTrainingNeedsAreLoadedInPythonsLayout() throws IOException {
    FetchedFiles files = fetch("hf://org/tiny", Map.of());

    Path repository = folder.resolve(".cache/huggingface/hub/models--org--tiny");
    Path snapshot = repository.resolve("snapshots").resolve(COMMIT);
    assertThat(files.root()).isEqualTo(snapshot);
    assertThat(files.revision()).contains(COMMIT);
    assertThat(files.files().stream().map(file -> file.getFileName().toString()))
        .containsExactly("config.json", "model.safetensors", "tokenizer.json");
    assertThat(Files.readSymbolicLink(snapshot.resolve("model.safetensors")))
        .isEqualTo(Path.of("../../blobs", Digest.of(WEIGHTS).hex()));
    assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(repository.resolve("refs/main")).hasContent(COMMIT);
    assertThat(heard.moved).hasValue(files.bytes());
  }

  @Test
  void theTokenGoesToTheHubAndNotToWhereItRedirects() {
    String file = "/org/tiny/resolve/" + COMMIT + "/model.safetensors";
    server.locked(file, "Bearer hf_secret", Fault.status(401));

    fetch("hf://org/tiny", Map.of("HF_TOKEN", "hf_secret"));

    String cdn = "/cdn/" + Digest.of(WEIGHTS).hex();
    assertThat(server.last(file).headers().getFirst("Authorization")).isEqualTo("Bearer hf_secret");
    assertThat(server.last(cdn).headers().containsKey("Authorization")).isFalse();
  }

  @Test
  void aGatedRepositoryIsExplainedWithAndWithoutToken() throws IOException {
    String file = "/org/tiny/resolve/" + COMMIT + "/model.safetensors";
    server.locked(
        file,
        "Bearer hf_granted",
        new Fault.Status(403, Map.of("X-Error-Code", "GatedRepo"), "not you, hf_other"));

    TuneException without = refused("hf://org/tiny", Map.of());
    assertThat(without.exitCode()).isEqualTo(ExitCode.SOURCE);
    assertThat(without.problems().getFirst().remedy())
        .contains("accept the terms at " + server.uri("/org/tiny"), "HF_TOKEN", "settings/tokens");

    TuneException with = refused("hf://org/tiny", Map.of("HF_TOKEN", "hf_other"));
    assertThat(with.problems().getFirst().remedy()).contains("with the token's account");
    assertThat(WebSourceTest.all(with) + heard.said).doesNotContain("hf_other");

    Path token = Files.writeString(folder.resolve("token"), "hf_granted\n");
    assertThat(fetch("hf://org/tiny", Map.of("HF_TOKEN_PATH", token.toString())).files())
        .hasSize(3);
  }

  @Test
  void aRepositoryThatIsNotThereOrPrivateIsSaidSo() {
    server.fault(
        "/api/models/org/gone/revision/main",
        new Fault.Status(401, Map.of("X-Error-Code", "RepoNotFound"), ""));

    TuneException refusal = refused("org/gone", Map.of());

    assertThat(refusal.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(refusal.problems().getFirst().remedy()).contains("HF_TOKEN");
  }

  @Test
  void weightsThatBreakOnTheWayAreGoneOnWithAndVerified() {
    String cdn = "/cdn/" + Digest.of(WEIGHTS).hex();
    server.fault(cdn, Fault.cut(70_000), Fault.status(503), Fault.cut(70_000));

    FetchedFiles files = fetch("hf://org/tiny", Map.of());

    assertThat(files.root().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(server.last(cdn).headers().getFirst("Range")).isEqualTo("bytes=140000-");
  }

  @Test
  void weightsThatAreNotTheListedOnesAreRefused() throws IOException {
    byte[] other = WEIGHTS.clone();
    other[100]++;
    server.put("/cdn/" + Digest.of(WEIGHTS).hex(), other);

    TuneException refusal = refused("hf://org/tiny", Map.of());

    assertThat(refusal.exitCode()).isEqualTo(ExitCode.SOURCE);
    assertThat(refusal.problems().getFirst().found()).contains(Digest.of(other).hex());
    Path blobs = folder.resolve(".cache/huggingface/hub/models--org--tiny/blobs");
    assertThat(blobs.resolve(Digest.of(WEIGHTS).hex())).doesNotExist();
  }

  @Test
  void aSmallFileThatIsNotTheListedOneIsRefused() {
    server.put(
        "/org/tiny/resolve/" + COMMIT + "/config.json",
        "{\"model_type\":\"trick\"}".getBytes(StandardCharsets.UTF_8));

    assertThat(refused("hf://org/tiny", Map.of()).problems().getFirst().found())
        .contains("git name");
  }

  @Test
  void manyProcessesOnOneModelCacheLoadItOnce() {
    SourceOptions options = options(Map.of()).withModelCache(folder.resolve("shared"));
    Callable<FetchedFiles> one =
        () ->
            Sources.fetch(
                SourceReference.model("org/tiny"), folder.resolve("cache"), options, heard);

    List<FetchedFiles> all = SideBySide.run(Stream.generate(() -> one).limit(5).toList(), 5);

    assertThat(all.stream().map(FetchedFiles::digest).distinct()).hasSize(1);
    assertThat(server.count("/cdn/" + Digest.of(WEIGHTS).hex())).isEqualTo(1);
    assertThat(all.getFirst().root()).startsWith(folder.resolve("shared"));
  }

  @Test
  void aCacheThatHasAllIsNotWrittenTo() throws IOException {
    Path repository = folder.resolve(".cache/huggingface/hub/models--org--tiny");
    fetch("hf://org/tiny", Map.of());
    FileTime before = FileTime.fromMillis(1_000_000);
    try (Stream<Path> files = Files.walk(repository)) {
      for (Path each : files.filter(file -> !Files.isSymbolicLink(file)).toList()) {
        Files.setLastModifiedTime(each, before);
      }
    }

    fetch("hf://org/tiny", Map.of());

    try (Stream<Path> files = Files.walk(repository)) {
      for (Path each : files.filter(file -> !Files.isSymbolicLink(file)).toList()) {
        assertThat(Files.getLastModifiedTime(each)).as(each.toString()).isEqualTo(before);
      }
    }
  }

  @Test
  void offlineTheCacheAloneAnswers() {
    String digest = fetch("hf://org/tiny", Map.of()).digest().hex();
    int asked = server.requests.size();

    FetchedFiles offline = fetch("hf://org/tiny", Map.of("HF_HUB_OFFLINE", "1"));

    assertThat(offline.digest().hex()).isEqualTo(digest);
    assertThat(server.requests).hasSize(asked);
    assertThat(refused("hf://org/other", Map.of("HF_HUB_OFFLINE", "1")).exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void pickledWeightsAloneAreNoModel() throws Exception {
    repository("models", "org/old", "/org/old", Map.of("pytorch_model.bin", new byte[] {1, 2, 3}));

    TuneException refusal = refused("org/old", Map.of());

    assertThat(refusal.exitCode()).isEqualTo(ExitCode.BAD_MODEL);
    assertThat(refusal.problems().getFirst().remedy()).contains("can run code");
    assertThat(server.count("/org/old/resolve/" + COMMIT + "/pytorch_model.bin")).isZero();
  }

  @Test
  void aFolderOfADatasetIsItsRowsAlone() throws Exception {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("README.md", "about".getBytes(StandardCharsets.UTF_8));
    files.put("main/train.jsonl", "{\"text\":\"a\"}\n".getBytes(StandardCharsets.UTF_8));
    files.put("main/test.jsonl", "{\"text\":\"b\"}\n".getBytes(StandardCharsets.UTF_8));
    files.put("socratic/train.jsonl", "{\"text\":\"c\"}\n".getBytes(StandardCharsets.UTF_8));
    repository("datasets", "org/rows", "/datasets/org/rows", files);

    FetchedFiles main =
        Sources.fetch(
            SourceReference.data("hf://datasets/org/rows@" + COMMIT + "/main"),
            folder.resolve("cache"),
            options(Map.of()),
            heard);
    FetchedFiles one =
        Sources.fetch(
            SourceReference.data("hf://datasets/org/rows/main/train.jsonl"),
            folder.resolve("cache"),
            options(Map.of()),
            heard);

    assertThat(main.files().stream().map(main.root()::relativize).map(Path::toString))
        .containsExactly("test.jsonl", "train.jsonl");
    assertThat(one.root()).hasFileName("train.jsonl").hasContent("{\"text\":\"a\"}\n");
  }

  @Test
  void aListingThatLeadsOutOfTheRepositoryIsRefused() throws Exception {
    repository(
        "models",
        "org/evil",
        "/org/evil",
        Map.of("../../../../tokenizer.json", new byte[] {1}, "model.safetensors", WEIGHTS));

    Path outside = folder.resolve("tokenizer.json");
    FetchedFiles files = fetch("org/evil", Map.of());

    assertThat(outside).doesNotExist();
    assertThat(
            files.files().stream()
                .map(Path::getFileName)
                .map(Path::toString)
                .collect(Collectors.toSet()))
        .containsExactly("model.safetensors");
  }
}
