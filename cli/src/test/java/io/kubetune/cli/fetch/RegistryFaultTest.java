package io.kubetune.cli.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.publish.PublishedAdapter;
import io.kubetune.cli.publish.SmallDisk;
import io.kubetune.cli.registry.Digest;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class RegistryFaultTest {
  private static final int WEIGHT_BYTES = 2 << 20;

  @TempDir Path dir;
  private RealRegistry registry;
  private FaultProxy proxy;
  private Path results;
  private Path target;

  @BeforeEach
  void start() throws Exception {
    registry = RealRegistry.start(dir.resolve("registry"));
    proxy = FaultProxy.before(registry);
    results = AdapterFolder.write(dir.resolve("results"), WEIGHT_BYTES, 1);
    target = dir.resolve("pulled/adapter");
  }

  @AfterEach
  void stop() throws Exception {
    proxy.close();
    registry.close();
  }

  private Published publish(ImageReference image) {
    return PublishedAdapter.as(image, results);
  }

  private PulledAdapter pull(ImageReference image) {
    return new AdapterPull(Patience.none()).pull(image, target, TransferListener.SILENT);
  }

  private void assertWhole() {
    assertThat(target.resolve("adapter_model.safetensors"))
        .hasSameBinaryContentAs(results.resolve("adapter_model.safetensors"));
  }

  private static String refusal(ExitCode code, ThrowingCallable call) {
    TuneException[] caught = new TuneException[1];
    assertThatThrownBy(call).isInstanceOfSatisfying(TuneException.class, e -> caught[0] = e);
    assertThat(caught[0].exitCode()).isEqualTo(code);
    return caught[0].problems().toString();
  }

  private void assertNothingLeft() throws IOException {
    if (Files.exists(target.getParent())) {
      try (Stream<Path> left = Files.list(target.getParent())) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void aDownloadThatBreaksAgainAndAgainGoesOnWhereItBroke() throws Exception {
    publish(registry.image("team/adapter:v1"));
    proxy.onRequest(request -> request.contains("/blobs/") ? Fault.cutAt(700_000) : Fault.NONE);
    pull(proxy.image("team/adapter:v1"));
    assertWhole();
    // A cut may cost bytes that were sent and not yet read, so the offsets are not exact.
    assertThat(proxy.requests())
        .filteredOn(request -> request.contains("Range bytes="))
        .hasSizeBetween(2, 4);
  }

  @Test
  void aDownloadThatStallsIsGivenUpAndGoesOn() throws Exception {
    publish(registry.image("team/adapter:v1"));
    AtomicInteger calls = new AtomicInteger();
    proxy.onRequest(request ->
        request.contains("/blobs/") && calls.getAndIncrement() == 0
            ? new Fault.Stall(700_000, 20_000)
            : Fault.NONE);
    var impatient = Patience.none().withPatience(3, Duration.ofMillis(20), Duration.ofSeconds(1));
    new AdapterPull(impatient)
        .pull(proxy.image("team/adapter:v1"), target, TransferListener.SILENT);
    assertWhole();
  }

  @Test
  void anUploadThatBreaksIsSentAgain() throws Exception {
    AtomicInteger puts = new AtomicInteger();
    proxy.onRequest(request ->
        request.startsWith("PUT ") && puts.getAndIncrement() == 0
            ? new Fault.CutRequest(WEIGHT_BYTES / 2)
            : Fault.NONE);
    Published published = publish(proxy.image("team/adapter:v1"));
    assertThat(pull(registry.image("team/adapter:v1")).digest()).isEqualTo(published.digest());
    assertWhole();
  }

  @Test
  void aRegistryThatDiesHalfWayLeavesNothingAndARerunFinishes() throws Exception {
    publish(registry.image("team/adapter:v1"));
    AtomicInteger blobs = new AtomicInteger();
    proxy.onRequest(request -> {
      if (!request.contains("/blobs/")) {
        return Fault.NONE;
      }
      return blobs.getAndIncrement() == 0 ? Fault.cutAt(1_000_000) : new Fault.CutRequest(0);
    });
    String said = refusal(ExitCode.REGISTRY, () -> pull(proxy.image("team/adapter:v1")));
    assertThat(said).contains("no connection");
    assertNothingLeft();
    proxy.onRequest(request -> Fault.NONE);
    pull(proxy.image("team/adapter:v1"));
    assertWhole();
  }

  @Test
  void aPushThatNeverGetsThroughNamesNoTag() throws Exception {
    proxy.onRequest(
        request -> request.startsWith("PUT ") ? new Fault.CutRequest(1_000_000) : Fault.NONE);
    refusal(ExitCode.REGISTRY, () -> publish(proxy.image("team/adapter:v1")));
    refusal(ExitCode.NOT_FOUND, () -> pull(registry.image("team/adapter:v1")));
    assertNothingLeft();
    proxy.onRequest(request -> Fault.NONE);
    publish(proxy.image("team/adapter:v1"));
    pull(registry.image("team/adapter:v1"));
    assertWhole();
  }

  @Test
  void busyAnswersAreWaitedFor() throws Exception {
    publish(registry.image("team/adapter:v1"));
    AtomicInteger calls = new AtomicInteger();
    proxy.onRequest(request ->
        switch (calls.getAndIncrement()) {
          case 1 -> new Fault.Answer(503, "text/plain", "busy", List.of());
          case 2 -> new Fault.Answer(429, "text/plain", "slow down", List.of("Retry-After", "1"));
          default -> Fault.NONE;
        });
    List<String> said = new ArrayList<>();
    new AdapterPull(Patience.none())
        .pull(
            proxy.image("team/adapter:v1"),
            target,
            new TransferListener() {
              @Override
              public Item begin(String title, long totalBytes) {
                return bytes -> {};
              }

              @Override
              public void say(String message) {
                said.add(message);
              }
            });
    assertWhole();
    assertThat(said).hasSize(2).anyMatch(line -> line.contains("503"));
  }

  @Test
  void aRegistryThatForbidsIsQuotedAndNotAskedAgain() throws Exception {
    proxy.onRequest(request ->
        request.startsWith("POST ")
            ? new Fault.Answer(
                403,
                "application/json",
                "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"quota exceeded\"}]}",
                List.of())
            : Fault.NONE);
    String said = refusal(ExitCode.REGISTRY, () -> publish(proxy.image("team/adapter:v1")));
    assertThat(said).contains("DENIED: quota exceeded");
    assertThat(proxy.requests().stream().filter(each -> each.startsWith("POST"))).hasSize(1);
  }

  @Test
  void noSuchRepositoryOrTagIsNotFound() {
    refusal(ExitCode.NOT_FOUND, () -> pull(registry.image("team/none:v1")));
    publish(registry.image("team/adapter:v1"));
    refusal(ExitCode.NOT_FOUND, () -> pull(registry.image("team/adapter:v2")));
  }

  @Test
  void aWebPageIsCalledAWebPage() {
    proxy.onRequest(
        request -> new Fault.Answer(404, "text/html", "<html>not here</html>", List.of()));
    assertThat(refusal(ExitCode.NOT_FOUND, () -> pull(proxy.image("team/x:v1"))))
        .contains("a web page");
    proxy.onRequest(request -> new Fault.Answer(200, "text/html", "<html>hi</html>", List.of()));
    assertThat(refusal(ExitCode.REGISTRY, () -> pull(proxy.image("team/x:v1"))))
        .contains("not JSON");
  }

  @Test
  void aRedirectLoopEnds() {
    proxy.onRequest(request ->
        request.contains("/v2/team")
            ? new Fault.Answer(
                307, "text/plain", "", List.of("Location", "/v2/team/x/manifests/again"))
            : Fault.NONE);
    assertThat(refusal(ExitCode.REGISTRY, () -> pull(proxy.image("team/x:v1"))))
        .contains("more than 5 redirects");
  }

  @Test
  void aBlobWithOtherBytesThanItsDigestIsFoundAndNothingIsLeft() throws Exception {
    publish(registry.image("team/adapter:v1"));
    Path blob = registry.blob(layer("team/adapter:v1"));
    byte[] bytes = Files.readAllBytes(blob);
    bytes[bytes.length / 2] ^= 1;
    Files.write(blob, bytes);
    assertThat(refusal(ExitCode.REGISTRY, () -> pull(registry.image("team/adapter:v1"))))
        .contains("the content has bytes of the digest");
    assertNothingLeft();
  }

  @Test
  void aBlobThatIsCutInTheRegistryIsFound() throws Exception {
    publish(registry.image("team/adapter:v1"));
    Path blob = registry.blob(layer("team/adapter:v1"));
    byte[] bytes = Files.readAllBytes(blob);
    Files.write(blob, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    refusal(ExitCode.REGISTRY, () -> pull(registry.image("team/adapter:v1")));
    assertNothingLeft();
  }

  @Test
  void aTagThatMovesBetweenResolveAndPullChangesNothing() throws Exception {
    Published first = publish(registry.image("team/adapter:v1"));
    Path other = AdapterFolder.write(dir.resolve("other"), WEIGHT_BYTES, 2);
    AtomicInteger manifests = new AtomicInteger();
    proxy.onRequest(request -> {
      if (request.contains("/blobs/") && manifests.getAndIncrement() == 0) {
        PublishedAdapter.in(registry, other);
      }
      return Fault.NONE;
    });
    assertThat(pull(proxy.image("team/adapter:v1")).digest()).isEqualTo(first.digest());
    assertWhole();
  }

  @Test
  void aTargetWithOtherContentIsRefusedBeforeAnythingIsAsked() throws Exception {
    publish(registry.image("team/adapter:v1"));
    Files.createDirectories(target);
    Files.writeString(target.resolve("mine.txt"), "precious");
    refusal(ExitCode.ALREADY_EXISTS, () -> pull(proxy.image("team/adapter:v1")));
    assertThat(proxy.requests()).isEmpty();
    assertThat(target.resolve("mine.txt")).hasContent("precious");
  }

  @Test
  void theSameAdapterAlreadyThereIsFineAndAnotherIsNot() throws Exception {
    publish(registry.image("team/adapter:v1"));
    pull(registry.image("team/adapter:v1"));
    pull(registry.image("team/adapter:v1"));
    assertWhole();
    Files.writeString(target.resolve("adapter_config.json"), "{\"r\":1}");
    refusal(ExitCode.ALREADY_EXISTS, () -> pull(registry.image("team/adapter:v1")));
    assertThat(target.resolve("adapter_config.json")).hasContent("{\"r\":1}");
    try (Stream<Path> beside = Files.list(target.getParent())) {
      assertThat(beside).containsExactly(target);
    }
  }

  @Test
  void aFullDiskIsNamedAndNothingIsLeft() throws Exception {
    publish(registry.image("team/adapter:v1"));
    Path small = SmallDisk.mountOrSkip(dir.resolve("small"), 1);
    try {
      target = small.resolve("adapter");
      assertThat(refusal(ExitCode.STORAGE, () -> pull(registry.image("team/adapter:v1"))))
          .containsAnyOf("No space left", "its disk has");
      assertThat(Folders.files(small)).isEmpty();
    } finally {
      SmallDisk.unmount(small);
    }
  }

  @Test
  void aReadOnlyTargetIsNamed() throws Exception {
    publish(registry.image("team/adapter:v1"));
    Path disk = SmallDisk.mountOrSkip(dir.resolve("disk"), 8);
    try {
      Tool.run(List.of("mount", "-o", "remount,ro", disk.toString()));
      target = disk.resolve("adapter");
      assertThat(refusal(ExitCode.STORAGE, () -> pull(registry.image("team/adapter:v1"))))
          .contains("Read-only");
    } finally {
      SmallDisk.unmount(disk);
    }
  }

  private Digest layer(String image) throws Exception {
    String raw =
        Tool.skopeo(
            "inspect", "--raw", "--tls-verify=false", "docker://" + registry.host() + "/" + image);
    return Digest.parse(
            JsonMapper.builder()
                .build()
                .readTree(raw)
                .path("layers")
                .path(0)
                .path("digest")
                .asString())
        .orElseThrow();
  }
}
