package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.SmallDisk;
import io.kubetune.cli.registry.FaultProxy;
import io.kubetune.cli.registry.FaultProxy.Fault;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.contract.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A pod's publisher, whose trainer is done: what it says of a registry or a disk that refuses, and
/// that the next one finishes.
@Timeout(120)
class PodPublishTest {
  @TempDir Path dir;

  @BeforeEach
  void aTrainerThatIsDone() throws Exception {
    AdapterFolder.write(dir.resolve("results"), 2 << 20, 1);
    Files.writeString(dir.resolve("claimed"), "1\n");
    Files.writeString(dir.resolve("trainer.lock"), "");
    Files.writeString(dir.resolve("manifest.json"), "{}\n");
    Files.writeString(dir.resolve("config.yaml"), "training_config: {}\n");
    Files.writeString(dir.resolve("results/events.jsonl"), "");
    Files.writeString(dir.resolve("results/fine_tuning_completed.txt"), "");
  }

  private Typed publish(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "pod",
                "publish",
                "--run=bot",
                "--model=phi-4",
                "--results=" + dir.resolve("results"),
                "--data-manifest=" + dir.resolve("manifest.json"),
                "--config=" + dir.resolve("config.yaml")));
    words.addAll(List.of(more));
    return Typed.command(
        Map.of(
            "KUBETUNE_LOCK_FILE", dir.resolve("trainer.lock").toString(),
            "KUBETUNE_PUBLISHER_LOCK_FILE", dir.resolve("publisher.lock").toString()),
        words.toArray(String[]::new));
  }

  private static void assertFailed(Typed typed, ExitCode code, String... words) {
    assertThat(typed.status()).as(typed.err()).isEqualTo(code.code());
    assertThat(typed.err()).contains(words);
    assertThat(typed.out())
        .contains("\"event\":\"failed\"", "\"exit_code\":" + code.code())
        .doesNotContain(RealRegistry.PASSWORD);
  }

  @Test
  void aWrongPasswordAndAnUnknownCertificateAreTheRegistrysRefusals() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), true, true)) {
      String to = "--to=" + registry.host() + "/team/bot:v1";
      assertFailed(publish(to), ExitCode.REGISTRY, "certificate is not trusted", "--ca-configmap");
      String ca = "--registry-ca=" + registry.caFile().orElseThrow();
      assertFailed(
          publish(to, ca, login(registry, "wrong")), ExitCode.REGISTRY, "refuses the user 'tuner'");
      Typed published = publish(to, ca, login(registry, RealRegistry.PASSWORD));
      assertThat(published.status()).as(published.err()).isZero();
      assertThat(published.out()).contains("\"event\":\"published\"", "\"digest\":\"sha256:");
    }
  }

  private String login(RealRegistry registry, String password) throws Exception {
    String pair = RealRegistry.USER + ":" + password;
    String auth = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    Path file =
        Files.writeString(
            dir.resolve("auth.json"),
            "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(registry.host(), auth));
    return "--registry-auth=" + file;
  }

  @Test
  void aRegistryThatForbidsLeavesNoTagAndTheNextPublisherFinishes() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"));
        FaultProxy proxy = FaultProxy.before(registry)) {
      String to = "--to=" + proxy.host() + "/team/bot:v1";
      proxy.onRequest(request ->
          request.startsWith("PUT")
              ? new Fault.Answer(
                  403,
                  "application/json",
                  "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"quota exceeded\"}]}",
                  List.of())
              : Fault.NONE);
      assertFailed(publish(to), ExitCode.REGISTRY, "DENIED: quota exceeded");
      assertThat(
              registry.dir().resolve("store/docker/registry/v2/repositories/team/bot/_manifests"))
          .doesNotExist();
      proxy.onRequest(request -> Fault.NONE);
      assertThat(publish(to).status()).isZero();
    }
  }

  @Test
  void aFullVolumeIsNamedAndHoldsNoHalfAdapter() throws Exception {
    Path small = SmallDisk.mountOrSkip(dir.resolve("small"), 1);
    try {
      assertFailed(
          publish("--to-folder=" + small.resolve("bot")), ExitCode.STORAGE, "No space left");
      try (Stream<Path> files = Files.walk(small)) {
        assertThat(files.filter(Files::isRegularFile)).isEmpty();
      }
    } finally {
      SmallDisk.unmount(small);
    }
    assertThat(publish("--to-folder=" + dir.resolve("bot")).status()).isZero();
    assertThat(dir.resolve("bot/adapter_model.safetensors"))
        .hasSameBinaryContentAs(dir.resolve("results/adapter_model.safetensors"));
  }
}
