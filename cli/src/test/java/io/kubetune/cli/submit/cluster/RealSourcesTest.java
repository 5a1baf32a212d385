package io.kubetune.cli.submit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.publish.DataPublisher;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.OwnAuthority;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.source.FileServer;
import io.kubetune.cli.source.FileServer.Fault;
import io.kubetune.cli.source.HubPages;
import io.kubetune.contract.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Runs as real pods in a company's network: servers of an own authority that want a login, whose
/// Secrets the kubelet mounts, and a claim that keeps the model.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealSourcesTest {
  private static final String COMMIT = "89abcdef0123456789abcdef0123456789abcdef";

  /// What pods call this machine.
  private static final String HOST = "host.kubetest";

  private static final String LOGIN =
      "Basic "
          + Base64.getEncoder().encodeToString("tuner:t0p-s3cr3t".getBytes(StandardCharsets.UTF_8));

  private Path folder;
  private RealRuns runs;
  private FileServer server;
  private RealRegistry registry;
  private byte[] weights;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    this.folder = folder;
    runs = RealRuns.open(folder);
    OwnAuthority authority =
        OwnAuthority.create(folder.resolve("ca"), "dns:" + HOST, "ip:127.0.0.1");
    server = FileServer.secured(authority.server());
    registry = RealRegistry.start(folder.resolve("registry"), "", authority);
    Map<String, byte[]> model = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(PodImagesPushed.EXAMPLES.resolve("tiny-llama"))) {
      for (Path each : files.sorted().toList()) {
        model.put(each.getFileName().toString(), Files.readAllBytes(each));
      }
    }
    weights = model.get("model.safetensors");
    HubPages.put(server, HOST, COMMIT, "models", "org/tiny", "/org/tiny", model);
    server.locked("/api/models/org/tiny/revision/main", "Bearer hf_s3cr3t", Fault.status(401));
    server.put(
        "/rows.jsonl",
        Files.readAllBytes(PodImagesPushed.EXAMPLES.resolve("kubectl-answers.jsonl")));
    server.locked("/rows.jsonl", LOGIN, Fault.status(401));
    runs.claim("hub-cache", folder.resolve("hub-cache"));
    kubectl("create", "configmap", "corp-ca", "--from-file=ca.crt=" + authority.caFile());
    kubectl("create", "secret", "generic", "rows", "--from-literal=AUTHORIZATION=" + LOGIN);
    kubectl(
        "create",
        "secret",
        "generic",
        "hub",
        "--from-literal=HF_TOKEN=hf_s3cr3t",
        "--from-literal=HF_ENDPOINT=" + server.uri(HOST, ""));
    kubectl("create", "secret", "generic", "wrong", "--from-literal=AUTHORIZATION=n0t-it");
  }

  @AfterAll
  void close() throws InterruptedException {
    if (server != null) {
      server.close();
    }
    if (registry != null) {
      registry.close();
    }
    if (runs != null) {
      runs.close();
    }
  }

  private String kubectl(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("-n", runs.namespace().name()));
    all.addAll(List.of(words));
    return runs.cluster().kubectl(all.toArray(String[]::new));
  }

  private String image(String name) {
    return "/adapters/" + name + ":1";
  }

  private Typed createOfTheHub(String name, String secret) {
    return create(
        name, secret, "--model=hf://org/tiny", "--model-secret=hub", "--model-cache=hub-cache");
  }

  private Typed create(String name, String secret, String... model) {
    String[] words = {
      "create",
      name,
      "--runtime=job",
      "--kubeconfig=" + runs.cluster().kubeconfig(),
      "--namespace=" + runs.namespace().name(),
      "--registry=" + runs.cluster().podRegistry() + "/kubetune",
      "--data=" + server.uri(HOST, "/rows.jsonl"),
      "--data-secret=" + secret,
      "--ca-configmap=corp-ca",
      "--output-image=" + HOST + ":" + registry.port() + image(name),
      "--max-steps=5",
      // Chosen by a measurement otherwise, which a busy machine may turn.
      "--set=KubetuneConfig.compute_type=float32",
      "--cpu=500m",
      "--memory=1Gi",
      "--backoff-limit=0",
      "--detach"
    };
    return runs.typed(Stream.of(words, model).flatMap(Stream::of).toArray(String[]::new));
  }

  private void awaitEnd(String name) {
    Typed ended = runs.onRun("wait", name, "--timeout", "240s");
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  private Path adapter(String name) {
    Path adapter = folder.resolve("adapter-" + name);
    Typed pulled =
        runs.typed(
            "pull-adapter",
            registry.host() + image(name),
            "--to=" + adapter,
            "--registry-ca=" + registry.caFile().orElseThrow());
    assertThat(pulled.status()).as(pulled.err()).isZero();
    return adapter.resolve("adapter_model.safetensors");
  }

  @Test
  void twoRunsAtOnceReadRowsAndModelBehindLoginsTrustOurAuthorityAndLoadTheModelOnce()
      throws Exception {
    for (String name : List.of("first", "second")) {
      Typed created = createOfTheHub(name, "rows");
      assertThat(created.status()).as(created.err()).isZero();
    }
    awaitEnd("first");
    awaitEnd("second");

    assertThat(server.count("/cdn/" + Digest.of(weights).hex())).isEqualTo(1);
    assertThat(folder.resolve("hub-cache/models--org--tiny/snapshots/" + COMMIT)).isDirectory();
    assertThat(server.last("/rows.jsonl").headers().getFirst("Authorization")).isEqualTo(LOGIN);
    assertThat(adapter("second")).hasSameBinaryContentAs(adapter("first"));
    String told =
        kubectl("get", "job,pod", "-o", "yaml")
            + kubectl("logs", "job/first", "--all-containers")
            + kubectl("logs", "job/second", "--all-containers");
    assertThat(told)
        .contains("\"event\":\"downloaded\"")
        .doesNotContain("s3cr3t", LOGIN.substring("Basic ".length()));
  }

  @Test
  void aModelInARegistryOfOurAuthorityIsKeptOnTheClaimToo() throws Exception {
    new DataPublisher(
            RegistryAccess.fromEnvironment(Map.of()).withCaFile(registry.caFile().orElseThrow()),
            Map.of())
        .publish(
            List.of(PodImagesPushed.EXAMPLES.resolve("tiny-llama")),
            Optional.empty(),
            registry.image("models/tiny:1"),
            Map.of(),
            TransferListener.SILENT);

    Typed created =
        create(
            "packaged",
            "rows",
            "--model=image://" + HOST + ":" + registry.port() + "/models/tiny:1",
            "--model-cache=hub-cache");
    assertThat(created.status()).as(created.err()).isZero();
    awaitEnd("packaged");

    assertThat(adapter("packaged")).isNotEmptyFile();
    String kept = "hub-cache/images--" + HOST + "--" + registry.port() + "--models--tiny";
    assertThat(folder.resolve(kept)).isDirectory();
  }

  @Test
  void aClaimThatThePodMayNotWriteToIsToldWithTheUserThatItIsToBeWritableFor() throws Exception {
    Path closed = folder.resolve("closed");
    runs.claim("closed", closed);
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwxr-xr-x"));

    create("closed", "rows", "--model=hf://org/tiny", "--model-secret=hub", "--model-cache=closed");
    Typed ended = runs.onRun("wait", "closed", "--timeout", "120s");

    assertThat(ended.status()).as(ended.err()).isEqualTo(ExitCode.STORAGE.code());
    assertThat(runs.onRun("status", "closed").out()).contains("no permission", "65532");
  }

  @Test
  void aSecretThatTheServerRefusesFailsTheRunInItsWordsAndIsNotShown() throws Exception {
    createOfTheHub("refused", "wrong");
    Typed ended = runs.onRun("wait", "refused", "--timeout", "120s");

    assertThat(ended.status()).as(ended.err()).isEqualTo(ExitCode.SOURCE.code());
    assertThat(runs.status("refused").path("message").asString())
        .contains("data-downloader", "answered 401");
    assertThat(ended.err() + kubectl("logs", "job/refused", "-c", "data-downloader"))
        .doesNotContain("n0t-it");
  }
}
