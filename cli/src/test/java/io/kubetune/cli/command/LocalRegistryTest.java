package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.submit.LocalRuns;
import io.kubetune.contract.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A run of this machine whose adapter goes to a registry with an own authority and a password.
@Timeout(120)
class LocalRegistryTest {
  @TempDir Path dir;
  private LocalRuns runs;

  @BeforeEach
  void aTrainer() throws Exception {
    runs = new LocalRuns(dir);
    runs.trainer(LocalRuns.TRAINS_WELL);
  }

  @AfterEach
  void nothingGoesOnBehindTheTest() throws InterruptedException {
    runs.stopAll();
  }

  private Typed create(String name, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "create",
                name,
                "--runtime=local",
                "--wait",
                "--model=../templates/examples/tiny-llama",
                "--data=../templates/examples/kubectl-answers.jsonl"));
    words.addAll(List.of(more));
    return Typed.command(runs.environment(), words.toArray(String[]::new));
  }

  @Test
  void theAdapterIsPushedWithTheAuthorityAndTheLoginThatWereTyped() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), true, true)) {
      String pair = RealRegistry.USER + ":" + RealRegistry.PASSWORD;
      String auth = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
      Path login =
          Files.writeString(
              dir.resolve("auth.json"),
              "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(registry.host(), auth));
      String ca = registry.caFile().orElseThrow().toString();
      String image = registry.host() + "/team/bot:v1";

      Typed untrusted = create("none", "--output-image=" + image);
      assertThat(untrusted.status()).as(untrusted.err()).isEqualTo(ExitCode.REGISTRY.code());
      assertThat(untrusted.err()).contains("certificate is not trusted");

      // The authority of all sources, or of registries alone.
      for (String option : List.of("--ca=", "--registry-ca=")) {
        String name = option.contains("registry") ? "second" : "first";
        Typed pushed =
            create(name, "--output-image=" + image, option + ca, "--registry-auth=" + login);
        assertThat(pushed.status()).as(pushed.err()).isZero();
        assertThat(runs.store().list())
            .allSatisfy(run ->
                assertThat(run.path().resolve("run.json"))
                    .content()
                    .doesNotContain(RealRegistry.PASSWORD, auth));
      }
      Typed pulled =
          Typed.command(
              runs.environment(),
              "pull-adapter",
              image,
              "--to=" + dir.resolve("pulled"),
              "--registry-ca=" + ca,
              "--registry-auth=" + login);
      assertThat(pulled.status()).as(pulled.err()).isZero();

      // Of the run, without saying anew how its registry is reached.
      Typed ofRun =
          Typed.command(
              runs.environment(), "pull-adapter", "first", "--to=" + dir.resolve("of-run"));
      assertThat(ofRun.status()).as(ofRun.err()).isZero();
      Typed served =
          Typed.command(
              runs.environment(), "serve", "first", "--model=phi-4", "--dry-run=client", "-o=yaml");
      assertThat(served.out()).contains("name: first-serve", "image: \"" + image + "@sha256:");
    }
  }

  @Test
  void whatKaitoCannotPullOrLoadIsSaidBeforeAClusterIsAsked() throws Exception {
    assertThat(create("first").status()).isZero();

    assertThat(serve("--model=phi-4").err())
        .contains("a folder of this machine, which the cluster can't pull", "--output-image");
    assertThat(serve("--image=registry.example.com/a:1").err())
        .contains("KAITO loads presets and Hugging Face models", "--model PRESET");
  }

  private Typed serve(String more) {
    return Typed.command(runs.environment(), "serve", "first", more, "--dry-run=client", "-o=yaml");
  }

  @Test
  void optionsOfARegistryThatNothingIsAskedOfAreRefusedAndSoIsAFileWithoutACertificate()
      throws Exception {
    Typed unused = create("bot", "--plain-http");
    assertThat(unused.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(unused.err()).contains("--plain-http: ", "--output-image HOST");
    Typed several =
        create(
            "bot", "--registry-ca=x.pem", "--context=c", "-s=u", "--force", "--gpus=1", "--rank=q");
    assertThat(several.err())
        .contains("--registry-ca: ", "--context: ", "--server: ", "--force: ", "--gpus: ")
        .contains("--rank: 'q'")
        .doesNotContain("--registry-auth", "--plain-http");

    Path empty = Files.writeString(dir.resolve("empty.pem"), "no certificate");
    Typed wrong =
        create("bot", "--output-image=registry.example.com/a:1", "--registry-ca=" + empty);
    assertThat(wrong.status()).isEqualTo(ExitCode.USAGE.code());
    assertThat(wrong.err()).contains("empty.pem");
    assertThat(runs.store().list()).isEmpty();
  }
}
