package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.PublishedAdapter;
import io.kubetune.cli.publish.SmallDisk;
import io.kubetune.cli.registry.FaultProxy;
import io.kubetune.cli.registry.FaultProxy.Fault;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.Tool;
import io.kubetune.contract.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Faults as whoever typed the command meets them: the words, the exit code, what is left, and that
/// the same command finishes when the fault is gone.
@Timeout(180)
class CommandFaultsTest {
  private static final int MEGABYTES = 3;

  @TempDir Path dir;
  private RealRegistry registry;
  private FaultProxy proxy;
  private Path rows;

  @BeforeEach
  void serve() throws Exception {
    registry = RealRegistry.start(dir.resolve("registry"));
    proxy = FaultProxy.before(registry);
    rows = dir.resolve("rows.jsonl");
    StringBuilder text = new StringBuilder();
    Random random = new Random(1);
    while (text.length() < MEGABYTES << 20) {
      text.append("{\"text\":\"").append(Long.toHexString(random.nextLong())).append("\"}\n");
    }
    Files.writeString(rows, text);
  }

  @AfterEach
  void stop() throws InterruptedException {
    proxy.close();
    registry.close();
  }

  private Typed typed(String... words) {
    return typed(dir.resolve("cache"), words);
  }

  private Typed typed(Path cache, String... words) {
    return Typed.command(
        Map.of("HOME", dir.resolve("home").toString(), "XDG_CACHE_HOME", cache.toString()), words);
  }

  private static void assertRefused(Typed typed, ExitCode code, String... words) {
    assertThat(typed.status()).as(typed.err()).isEqualTo(code.code());
    assertThat(typed.err()).contains(words).contains("try: ").doesNotContain("Exception");
  }

  private static void assertDone(Typed typed) {
    assertThat(typed.status()).as(typed.err()).isZero();
  }

  private static List<String> left(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(each -> !each.equals(folder)).map(Path::toString).toList();
    }
  }

  private void publishAdapter() throws IOException {
    PublishedAdapter.in(registry, AdapterFolder.write(dir.resolve("results"), MEGABYTES << 20, 1));
  }

  @Test
  void aFullDiskIsNamedByEachCommandThatWritesAndHoldsNothingAfterwards() throws Exception {
    publishAdapter();
    Path small = SmallDisk.mountOrSkip(dir.resolve("small"), 1);
    String to = small.resolve("out").toString();
    String adapter = registry.host() + "/team/adapter:v1";
    List<List<String>> commands =
        List.of(
            List.of("data", "push", rows.toString(), "--data-image", "oci:" + to),
            List.of("data", "check", rows.toString(), "--fix", to),
            List.of("data", "split", rows.toString(), "--eval", "0.1", "--to", to),
            List.of("download", "--data", rows.toString(), "--to", to),
            List.of("pull-adapter", adapter, "--to", to),
            List.of("pull-adapter", adapter, "--extract-only=adapter_model.safetensors", "-d", to));
    try {
      for (List<String> command : commands) {
        Typed full = typed(command.toArray(String[]::new));
        assertThat(full.status()).as(command + full.err()).isEqualTo(ExitCode.STORAGE.code());
        assertThat(full.err())
            .as(command.toString())
            .containsAnyOf("No space left", "its disk has");
        assertThat(full.err()).contains("free some space").doesNotContain("Exception");
        // The folder for one file of several may have been made.
        assertThat(left(small)).as(command.toString()).isSubsetOf(to);
        Files.deleteIfExists(Path.of(to));
      }
    } finally {
      SmallDisk.unmount(small);
    }
    for (List<String> command : commands) {
      String elsewhere = dir.resolve("out-" + commands.indexOf(command)).toString();
      assertDone(typed(command.stream().map(w -> w.replace(to, elsewhere)).toArray(String[]::new)));
    }
  }

  @Test
  void aReadOnlyDiskIsNamedByEachCommandThatWrites() throws Exception {
    publishAdapter();
    Path disk = SmallDisk.mountOrSkip(dir.resolve("disk"), 8);
    try {
      Tool.run(List.of("mount", "-o", "remount,ro", disk.toString()));
      String to = disk.resolve("out").toString();
      String adapter = registry.host() + "/team/adapter:v1";
      for (List<String> command :
          List.of(
              List.of("data", "push", rows.toString(), "--data-image", "oci:" + to),
              List.of("data", "check", rows.toString(), "--fix", to),
              List.of("data", "split", rows.toString(), "--eval", "0.1", "--to", to),
              List.of("download", "--data", rows.toString(), "--to", to),
              List.of("pull-adapter", adapter, "--to", to))) {
        assertRefused(
            typed(command.toArray(String[]::new)), ExitCode.STORAGE, "Read-only", "name another");
      }
      // Caches are a help and no need.
      Path cache = disk.resolve("cache");
      String image = registry.host() + "/team/data:v1";
      assertDone(typed(cache, "data", "push", rows.toString(), "--data-image", image));
      assertDone(typed(cache, "pull-adapter", adapter, "--to", dir + "/pulled"));
    } finally {
      SmallDisk.unmount(disk);
    }
  }

  @Test
  void aFullCacheCostsTimeAndNoPush() throws Exception {
    Path small = SmallDisk.mountOrSkip(dir.resolve("small"), 1);
    try {
      Files.write(small.resolve("ballast"), new byte[1 << 20]);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
    try {
      publishAdapter();
      String image = registry.host() + "/team/data:v1";
      assertDone(typed(small, "data", "push", rows.toString(), "--data-image", image));
      assertDone(
          typed(
              small,
              "pull-adapter",
              registry.host() + "/team/adapter:v1",
              "--to",
              dir.resolve("pulled").toString()));
    } finally {
      SmallDisk.unmount(small);
    }
  }

  @Test
  void aFileInTheWayIsNotWrittenTo() throws Exception {
    Path mine = Files.writeString(dir.resolve("mine"), "precious");
    publishAdapter();
    assertRefused(
        typed("data", "push", rows.toString(), "--data-image", "oci:" + mine),
        ExitCode.STORAGE,
        "in the way");
    assertRefused(
        typed("pull-adapter", registry.host() + "/team/adapter:v1", "--to", mine.toString()),
        ExitCode.ALREADY_EXISTS,
        "not a folder");
    assertRefused(
        typed("data", "check", rows.toString(), "--fix", mine.toString()),
        ExitCode.ALREADY_EXISTS,
        "a file of that name exists");
    assertThat(mine).hasContent("precious");
  }

  @Test
  void aWebPageInARegistrysPlaceIsNoPush() {
    proxy.onRequest(
        request -> new Fault.Answer(200, "text/html", "<html>log in</html>", List.of()));
    assertRefused(
        typed("data", "push", rows.toString(), "--data-image", proxy.host() + "/team/data:v1"),
        ExitCode.REGISTRY,
        "a web page, not a registry's answer");
  }

  @Test
  void aRedirectLoopEndsAPush() throws Exception {
    proxy.onRequest(request ->
        request.startsWith("HEAD")
            ? new Fault.Answer(
                307, "text/plain", "", List.of("Location", "/v2/team/data/blobs/again"))
            : Fault.NONE);
    // Without a cache each layer's digest is asked for first.
    Typed looped =
        Typed.command(
            Map.of(),
            "data",
            "push",
            rows.toString(),
            "--data-image",
            proxy.host() + "/team/data:v1");
    assertRefused(looped, ExitCode.REGISTRY, "more than 5 redirects");
    proxy.onRequest(request -> Fault.NONE);
    assertDone(
        typed("data", "push", rows.toString(), "--data-image", proxy.host() + "/team/data:v1"));
  }

  @Test
  void aPortWhereNothingListensIsToldInWords() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String image = "127.0.0.1:" + port + "/team/data:v1";
    assertRefused(
        typed("pull-adapter", image, "--to", dir.resolve("out").toString()),
        ExitCode.REGISTRY,
        "nothing answers at that address and port");
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void httpSpokenToARegistryWithTlsIsToldSoAndACertificateOfAnotherNameToo() throws Exception {
    try (RealRegistry tls = RealRegistry.start(dir.resolve("tls"), true, false)) {
      assertRefused(
          typed(
              "data",
              "push",
              rows.toString(),
              "--plain-http",
              "--data-image",
              tls.host() + "/team/data:v1"),
          ExitCode.REGISTRY,
          "status 400",
          "leave --plain-http out");
    }
  }

  @Test
  void aLinkThatLeadsBackIsNamedAndNothingIsPushed() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("tree/inner"));
    Files.copy(rows, folder.resolve("rows.jsonl"));
    Files.createSymbolicLink(folder.resolve("back"), dir.resolve("tree"));
    Files.createSymbolicLink(folder.resolve("dangling"), dir.resolve("nowhere"));
    Typed refused =
        typed("data", "push", dir + "/tree", "--data-image", registry.host() + "/team/data:v1");
    assertThat(refused.status()).isEqualTo(ExitCode.BAD_DATA.code());
    assertThat(refused.err()).contains("leads back to a folder above it", "dangling link");
    assertThat(registry.dir().resolve("store/docker/registry/v2/repositories/team")).doesNotExist();
  }
}
