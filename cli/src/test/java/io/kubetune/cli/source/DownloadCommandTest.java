package io.kubetune.cli.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.source.FileServer.Fault;
import io.kubetune.cli.submit.LocalRuns;
import io.kubetune.cli.submit.RunName;
import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `download` and `create` as they are typed, with the example model and rows on servers.
class DownloadCommandTest {
  private static final String COMMIT = "89abcdef0123456789abcdef0123456789abcdef";
  private static final Path EXAMPLES =
      Path.of(System.getProperty("kubetune.root"), "templates", "examples");

  @TempDir Path folder;
  private FileServer server;
  private LocalRuns runs;
  private byte[] rows;

  @BeforeEach
  void serve() throws IOException {
    server = new FileServer();
    rows = Files.readAllBytes(EXAMPLES.resolve("kubectl-answers.jsonl"));
    Map<String, byte[]> model = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(EXAMPLES.resolve("tiny-llama"))) {
      for (Path each : files.sorted().toList()) {
        model.put(each.getFileName().toString(), Files.readAllBytes(each));
      }
    }
    HubPages.put(server, COMMIT, "models", "org/tiny", "/org/tiny", model);
    HubPages.put(
        server, COMMIT, "datasets", "org/rows", "/datasets/org/rows", Map.of("train.jsonl", rows));
    server.put("/rows.jsonl", rows);
    runs = new LocalRuns(folder);
    runs.environment()
        .putAll(
            Map.of(
                "HOME",
                folder.toString(),
                "XDG_CACHE_HOME",
                folder.resolve("cache").toString(),
                "HF_ENDPOINT",
                server.uri("").toString(),
                "HF_TOKEN",
                "hf_s3cr3t"));
  }

  @AfterEach
  void stop() throws InterruptedException {
    runs.stopAll();
    server.close();
  }

  private Typed typed(String... arguments) {
    return Typed.command(runs.environment(), arguments);
  }

  private List<JsonNode> events(Typed typed) {
    return typed.out().lines().map(line -> new JsonMapper().readTree(line)).toList();
  }

  @Test
  void aPodsDownloaderFillsItsVolumesAndTellsItAsJson() throws IOException {
    Path weights = Files.createDirectory(folder.resolve("weights"));
    Path data = Files.createDirectory(folder.resolve("data"));
    server.fault("/rows.jsonl", Fault.cut(2000));

    Typed typed =
        typed(
            "pod",
            "download",
            "--model=hf://org/tiny",
            "--model-to=" + weights,
            "--data=" + server.uri("/rows.jsonl"),
            "--to=" + data);

    assertThat(typed.err()).isEmpty();
    assertThat(typed.status()).isZero();
    assertThat(weights.resolve("model.safetensors"))
        .hasSameBinaryContentAs(EXAMPLES.resolve("tiny-llama/model.safetensors"))
        .isRegularFile();
    assertThat(data.resolve("train.jsonl")).isNotEmptyFile();
    assertThat(data.resolve("manifest.json")).isNotEmptyFile();
    assertThat(events(typed).stream().map(event -> event.path("event").asString()))
        .containsSubsequence("downloaded", "retrying", "downloaded", "normalised");
    assertThat(typed.out()).contains("hf://org/tiny@" + COMMIT).doesNotContain("hf_s3cr3t");
  }

  @Test
  void aPodsDownloaderShowsItsRequestsBesideItsEventsAndNotItsToken() {
    Typed typed =
        typed("pod", "download", "--data=hf://datasets/org/rows", "--to=" + folder, "-v=9");

    assertThat(typed.status()).isZero();
    assertThat(typed.err())
        .containsPattern("GET http\\S+/revision/main\\?blobs=true 200 in \\d+ ms\n")
        .contains("Authorization: (hidden)", "\"siblings\":")
        .doesNotContain("hf_s3cr3t");
    assertThat(events(typed)).isNotEmpty();
  }

  /// As the kubelet mounts them: a folder for each Secret, a file for each key.
  @Test
  void mountedSecretsServeTheSourcesThatTheirKeysNameAndAreNeverShown() throws IOException {
    runs.environment().remove("HF_TOKEN");
    runs.environment().put("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    Path model = Files.createDirectory(folder.resolve("model-secret"));
    Files.writeString(model.resolve("HF_TOKEN"), "hf_m0del\n");
    Path web = Files.createDirectory(folder.resolve("web-secret"));
    Files.writeString(web.resolve("AUTHORIZATION"), "w3b-t0ken\n");
    Path bucket = Files.createDirectory(folder.resolve("s3-secret"));
    Files.writeString(bucket.resolve("AWS_ACCESS_KEY_ID"), "AKIAHERE");
    Files.writeString(bucket.resolve("AWS_SECRET_ACCESS_KEY"), "s3-s3cr3t");
    Files.writeString(bucket.resolve("AWS_ENDPOINT_URL"), server.uri("").toString());
    server.put("/bucket/rows.jsonl", rows);
    String listing =
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>rows.jsonl</Key>"
            + "<Size>%d</Size><ETag>\"e\"</ETag></Contents></ListBucketResult>";
    server.put("/bucket", listing.formatted(rows.length).getBytes(StandardCharsets.UTF_8), "e");

    Typed typed =
        typed(
            "download",
            "--model=hf://org/tiny",
            "--model-to=" + folder.resolve("weights"),
            "--model-credentials=" + model,
            "--data=" + server.uri("/rows.jsonl"),
            "--eval-data=s3://bucket/rows.jsonl",
            "--to=" + folder.resolve("rows"),
            "--credentials=" + web,
            "--credentials=" + bucket);

    assertThat(typed.err()).isEmpty();
    assertThat(typed.status()).isZero();
    assertThat(authorization("/api/models/org/tiny/revision/main")).isEqualTo("Bearer hf_m0del");
    assertThat(authorization("/rows.jsonl")).isEqualTo("Bearer w3b-t0ken");
    assertThat(authorization("/bucket/rows.jsonl")).contains("AKIAHERE");
    assertThat(typed.out()).doesNotContain("hf_m0del", "w3b-t0ken", "s3-s3cr3t", "AKIAHERE");
  }

  private String authorization(String path) {
    return server.last(path).headers().getFirst("Authorization");
  }

  @Test
  void theSecondCallLoadsNothingAgain() throws IOException {
    Path weights = folder.resolve("weights");
    String[] command = {"download", "--model", "org/tiny", "--model-to", weights.toString()};
    assertThat(typed(command).status()).isZero();
    int asked = server.requests.size();

    assertThat(typed(command).status()).isZero();

    assertThat(server.requests.stream().skip(asked).map(FileServer.Request::path))
        .containsExactly("/api/models/org/tiny/revision/main");
  }

  @Test
  void createTakesModelAndRowsFromTheirSourcesAndNotesWhatItTook() throws Exception {
    runs.trainer(LocalRuns.TRAINS_WELL);

    Typed created =
        typed(
            "create",
            "first",
            "--runtime",
            "local",
            "--model",
            "org/tiny",
            "--data",
            "hf://datasets/org/rows/train.jsonl",
            "--data",
            server.uri("/rows.jsonl").toString(),
            "--wait");

    assertThat(created.err()).doesNotContain("Error");
    assertThat(created.status()).isZero();
    String record = Files.readString(runs.store().folder(RunName.of("first")).recordFile());
    assertThat(record)
        .contains("hf://org/tiny@" + COMMIT)
        .contains("hf://datasets/org/rows@" + COMMIT + "/train.jsonl")
        .contains("#sha256=" + Digest.of(rows).hex())
        .doesNotContain("hf_s3cr3t");
  }

  @Test
  void aSourceThatRefusesLeavesNoRunAndHasItsExitCode() throws Exception {
    runs.trainer(LocalRuns.TRAINS_WELL);
    server.fault(
        "/org/tiny/resolve/" + COMMIT + "/model.safetensors",
        new Fault.Status(403, Map.of("X-Error-Code", "GatedRepo"), "no, hf_s3cr3t"));

    Typed created =
        typed(
            "create",
            "first",
            "--runtime",
            "local",
            "--model",
            "hf://org/tiny",
            "--data",
            server.uri("/rows.jsonl").toString(),
            "--debug");

    assertThat(created.status()).isEqualTo(ExitCode.SOURCE.code());
    assertThat(created.err()).contains("gated", server.uri("/org/tiny").toString());
    assertThat(created.out() + created.err()).doesNotContain("hf_s3cr3t");
    assertThat(runs.store().list()).isEmpty();
  }

  @Test
  void halfOfAPairOfOptionsIsRefused() {
    assertThat(typed("download", "--model", "org/tiny").status()).isEqualTo(ExitCode.USAGE.code());
    assertThat(typed("download").status()).isEqualTo(ExitCode.USAGE.code());
  }
}
