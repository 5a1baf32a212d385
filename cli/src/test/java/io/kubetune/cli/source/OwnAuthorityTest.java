package io.kubetune.cli.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.PodContainer;
import io.kubetune.cli.Typed;
import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.registry.OwnAuthority;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.RunFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pod's containers against servers whose certificates are of an authority that no system
/// knows: run with the arguments that `--ca-configmap` gives them, and without.
class OwnAuthorityTest {
  private static final String COMMIT = "89abcdef0123456789abcdef0123456789abcdef";
  private static final Path EXAMPLES =
      Path.of(System.getProperty("kubetune.root"), "templates", "examples");

  @TempDir Path folder;
  private OwnAuthority authority;
  private FileServer server;
  private RealRegistry registry;

  @BeforeEach
  void serve() throws Exception {
    authority = OwnAuthority.create(folder.resolve("ca"), "ip:127.0.0.1", "dns:localhost");
    server = FileServer.secured(authority.server());
    registry = RealRegistry.start(folder.resolve("registry"), "127.0.0.1", authority);
    Map<String, byte[]> model = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(EXAMPLES.resolve("tiny-llama"))) {
      for (Path each : files.sorted().toList()) {
        model.put(each.getFileName().toString(), Files.readAllBytes(each));
      }
    }
    HubPages.put(server, COMMIT, "models", "org/tiny", "/org/tiny", model);
    byte[] rows = Files.readAllBytes(EXAMPLES.resolve("kubectl-answers.jsonl"));
    server.put("/rows.jsonl", rows).put("/bucket/rows.jsonl", rows);
    String listing =
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>rows.jsonl</Key>"
            + "<Size>%d</Size><ETag>\"e\"</ETag></Contents></ListBucketResult>";
    server.put("/bucket", listing.formatted(rows.length).getBytes(StandardCharsets.UTF_8), "e");
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.close();
    if (registry != null) {
      registry.close();
    }
  }

  private Typed typed(String... words) {
    return Typed.command(Map.of("HOME", folder.toString()), words);
  }

  private String job(String... more) {
    String[] words = {
      "create",
      "bot",
      "--dry-run=client",
      "--output=json",
      "--model=hf://org/tiny",
      "--memory=1Gi",
      "--data=" + server.uri("/rows.jsonl"),
      "--data=s3://bucket/rows.jsonl",
      "--s3-endpoint=" + server.uri("localhost", ""),
      "--eval-data=image://" + registry.host() + "/rows:1",
      "--output-image=" + registry.host() + "/adapters/bot:1"
    };
    Typed created = typed(Stream.of(words, more).flatMap(Stream::of).toArray(String[]::new));
    assertThat(created.status()).as(created.err()).isZero();
    return created.out();
  }

  /// As the kubelet mounts a ConfigMap: its keys are links into a folder that is exchanged whole.
  /// trust-manager puts a trust store for Java beside the text.
  private Path mounted() throws IOException {
    Path map = Files.createDirectories(folder.resolve("map"));
    Path version = Files.createDirectory(map.resolve("..2026_11_27"));
    Files.copy(authority.caFile(), version.resolve("ca-certificates.crt"));
    Files.write(version.resolve("bundle.jks"), new byte[] {(byte) 0xfe, (byte) 0xed, 0, 1, 2});
    Files.createSymbolicLink(map.resolve("..data"), version.getFileName());
    for (String key : new String[] {"ca-certificates.crt", "bundle.jks"}) {
      Files.createSymbolicLink(map.resolve(key), Path.of("..data", key));
    }
    return map;
  }

  private Path empty(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name));
  }

  @Test
  void aPodReadsTheHubHttpsS3AndARegistryAndPushesWhereTheirAuthorityIsOurOwn() throws Exception {
    Typed pushed =
        typed(
            "data",
            "push",
            EXAMPLES.resolve("kubectl-answers.jsonl").toString(),
            "--data-image=" + registry.host() + "/rows:1",
            "--registry-ca=" + authority.caFile());
    assertThat(pushed.status()).as(pushed.err()).isZero();
    Path map = mounted();
    Path data = empty("data");
    Path weights = empty("weights");
    String job = job("--ca-configmap=corp-ca");

    Typed downloaded =
        PodContainer.of(job, "data-downloader")
            .at("/mnt/ca", map)
            .at("/workspace/weights", weights)
            .at("/mnt/data", data)
            .at("/tmp", empty("tmp"))
            .run(Map.of("HF_ENDPOINT", server.uri("").toString()));

    assertThat(downloaded.status()).as(downloaded.out()).isZero();
    assertThat(weights.resolve("model.safetensors")).isNotEmptyFile();
    int rows = Files.readAllLines(EXAMPLES.resolve("kubectl-answers.jsonl")).size();
    assertThat(Files.readAllLines(data.resolve("train.jsonl"))).hasSize(2 * rows);
    assertThat(data.resolve("eval.jsonl")).isNotEmptyFile();

    Path results = AdapterFolder.write(folder.resolve("results"), 4096, 1);
    Files.writeString(results.resolve(RunFiles.COMPLETED), "");
    Files.writeString(results.resolve(RunFiles.EVENTS), "");
    Path lock = empty("lock");
    Files.writeString(lock.resolve("trainer"), "");
    Files.writeString(lock.resolve("claimed"), "");
    Path config = empty("config");
    Files.writeString(config.resolve("training_config.yaml"), "training_config: {}\n");
    Typed published =
        PodContainer.of(job, "publisher")
            .at("/mnt/ca", map)
            .at("/mnt/results", results)
            .at("/mnt/data", data)
            .at("/mnt/config", config)
            .at("/mnt/lock", lock)
            .at("/tmp", folder.resolve("tmp"))
            .run(Map.of());

    assertThat(published.status()).as(published.out() + published.err()).isZero();
    assertThat(published.out()).contains("\"event\":\"published\"", "sha256:");
  }

  @Test
  void withoutItThePodTrustsNobodyButTheSystemsAndSaysWhatToDo() throws Exception {
    Typed downloaded =
        PodContainer.of(job(), "data-downloader")
            .at("/workspace/weights", empty("weights"))
            .at("/mnt/data", empty("data"))
            .at("/tmp", empty("tmp"))
            .run(Map.of("HF_ENDPOINT", server.uri("").toString()));

    assertThat(downloaded.status()).isEqualTo(ExitCode.SOURCE.code());
    assertThat(downloaded.out()).contains("certificate is not trusted", "--ca-configmap NAME");
    assertThat(folder.resolve("weights/model.safetensors")).doesNotExist();
  }

  @Test
  void aRunOfThisMachineReadsItsModelFromThereAndIsRefusedTheOptionWhereAPodDownloads() {
    String[] words = {
      "create",
      "bot",
      "--dry-run=client",
      "--model=hf://org/tiny",
      "--data=" + EXAMPLES.resolve("kubectl-answers.jsonl"),
      "--registry=" + registry.host(),
      "--memory=1Gi",
      "--ca=" + authority.caFile()
    };
    Map<String, String> environment =
        Map.of("HOME", folder.toString(), "HF_ENDPOINT", server.uri("").toString());

    Typed here =
        Typed.command(
            environment,
            Stream.concat(
                    Stream.of(words).filter(word -> !word.matches("--(registry|memory)=.*")),
                    Stream.of("--runtime=local"))
                .toArray(String[]::new));
    assertThat(here.status()).as(here.err()).isZero();
    assertThat(server.count("/org/tiny/resolve/" + COMMIT + "/model.safetensors")).isEqualTo(1);

    Typed inAPod = Typed.command(environment, words);
    assertThat(inAPod.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(inAPod.err()).contains("--ca", "--ca-configmap NAME[/KEY]");
  }

  @Test
  void aFileWithoutACertificateIsRefusedByNameBeforeAnythingIsAsked() throws Exception {
    Path none = Files.writeString(folder.resolve("none.pem"), "no certificate here\n");

    Typed refused =
        typed(
            "download",
            "--data=" + server.uri("/rows.jsonl"),
            "--to=" + folder.resolve("rows"),
            "--ca=" + none);

    assertThat(refused.status()).isEqualTo(ExitCode.USAGE.code());
    assertThat(refused.err()).contains(none.toString(), "no certificate in it");
    assertThat(server.requests).isEmpty();
  }
}
