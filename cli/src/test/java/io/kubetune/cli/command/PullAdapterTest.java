package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.fetch.AdapterPull;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.Patience;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.submit.LocalRuns;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import io.kubetune.contract.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `pull-adapter` beyond the plain pull, over a run of real processes.
class PullAdapterTest {
  @TempDir Path folder;
  private LocalRuns runs;
  private RunFolder run;
  private String image;

  @BeforeEach
  void aRunThatEndedWell() throws Exception {
    runs = new LocalRuns(folder);
    run = runs.started("first", LocalRuns.TRAINS_WELL);
    LocalRuns.await(run, state -> state.phase().isOver());
    image = RunState.of(run).image().orElseThrow().reference();
  }

  @AfterEach
  void nothingGoesOnBehindTheTest() throws InterruptedException {
    runs.stopAll();
  }

  private Typed typed(String... arguments) {
    return Typed.command(runs.environment(), arguments);
  }

  @Test
  void theImageNamesTheDigestsOfTheRunsOwnDataAndConfig() throws Exception {
    var adapter =
        new AdapterPull(Patience.none())
            .pull(ImageReference.parse(image), folder.resolve("pulled"), TransferListener.SILENT);
    assertThat(adapter.annotations())
        .containsEntry(
            "io.kubetune.config.digest", Digest.of(Files.readAllBytes(run.configFile())).toString())
        .containsEntry(
            "io.kubetune.data.digest",
            Digest.of(Files.readAllBytes(run.dataFolder().resolve("manifest.json"))).toString());
  }

  @Test
  void verifyAcceptsTheRunsOwnImageAndRefusesWhatTheRunDidNotMake() throws Exception {
    Path to = folder.resolve("pulled");
    Typed right = typed("pull-adapter", "first", "--verify", "--to", to.toString());
    assertThat(right.status()).as(right.err()).isZero();

    Files.writeString(run.configFile(), Files.readString(run.configFile()) + "# changed\n");
    Path other = folder.resolve("other");
    Typed wrong = typed("pull-adapter", image, "--verify", "first", "--to", other.toString());
    assertThat(wrong.status()).isEqualTo(ExitCode.REGISTRY.code());
    assertThat(wrong.err()).contains("io.kubetune.config.digest");
    assertThat(other).doesNotExist();
  }

  @Test
  void ggufOfAnImageNeedsTheBaseModelAndLeavesNothingWithoutIt() {
    Path to = folder.resolve("gguf");
    Typed refused = typed("pull-adapter", image, "--format", "gguf", "--to", to.toString());
    assertThat(refused.status()).isEqualTo(ExitCode.USAGE.code());
    assertThat(refused.err()).contains("--model");
    assertThat(to).doesNotExist();
  }

  @Test
  void verifyOfAnImageNeedsARunToCompareWith() {
    assertThat(typed("pull-adapter", image, "--verify").status()).isEqualTo(ExitCode.USAGE.code());
  }

  @Test
  void extractOnlyWritesOneFileBesideOthers() throws Exception {
    Path to = Files.createDirectory(folder.resolve("mine"));
    Files.writeString(to.resolve("notes.txt"), "mine");
    String[] words = {
      "pull-adapter", "first", "--extract-only", "adapter_config.json", "-d", to.toString()
    };
    assertThat(typed(words).status()).isZero();
    assertThat(typed(words).status()).as("a second time").isZero();
    assertThat(to.resolve("adapter_config.json"))
        .hasSameBinaryContentAs(run.resultsFolder().resolve("adapter_config.json"));
    assertThat(to.toFile().list()).containsExactlyInAnyOrder("adapter_config.json", "notes.txt");

    Files.writeString(to.resolve("adapter_config.json"), "{}");
    assertThat(typed(words).status()).isEqualTo(ExitCode.ALREADY_EXISTS.code());
    assertThat(to.resolve("adapter_config.json")).hasContent("{}");
    assertThat(
            typed("pull-adapter", "first", "--extract-only", "none.txt", "-d", to.toString())
                .status())
        .isEqualTo(ExitCode.NOT_FOUND.code());
  }
}
