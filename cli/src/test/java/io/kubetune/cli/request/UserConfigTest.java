package io.kubetune.cli.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.contract.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Defaults that a user sets once, through the commands that set and use them.
class UserConfigTest {
  @TempDir private Path home;

  private Typed typed(String... words) {
    return Typed.command(Map.of("HOME", home.toString()), words);
  }

  private Path file() {
    return home.resolve(".config/kubetune/config.yaml");
  }

  private Typed dryRun(String... more) {
    String[] words = new String[6 + more.length];
    System.arraycopy(
        new String[] {
          "create",
          "bot",
          "--dry-run=client",
          "-o=yaml",
          "--model=smollm2-135m-instruct",
          "--data=https://data.example.com/rows.jsonl"
        },
        0,
        words,
        0,
        6);
    System.arraycopy(more, 0, words, 6, more.length);
    return typed(words);
  }

  @Test
  void whatIsSetCountsWhereNothingElseIsSaid() {
    assertThat(typed("config", "set", "registry", "registry.example.com/ml").status()).isZero();
    assertThat(typed("config", "set", "namespace", "team").status()).isZero();
    assertThat(typed("config", "set", "trainerImage", "r.example.com/t:9").status()).isZero();

    Typed rendered = dryRun();

    assertThat(rendered.status()).as(rendered.err()).isZero();
    assertThat(rendered.out())
        .contains("namespace: team", "registry.example.com/ml/", "image: r.example.com/t:9");
    assertThat(dryRun("-n", "other").out()).contains("namespace: other").doesNotContain("team");
    assertThat(typed("config", "get", "namespace").out()).isEqualTo("team\n");
    assertThat(typed("config", "unset", "namespace").status()).isZero();
    assertThat(typed("config", "get", "namespace").status()).isEqualTo(ExitCode.NOT_FOUND.code());
  }

  @Test
  void aDefaultThatARuntimeHasNoUseForIsNoMistake() {
    typed("config", "set", "registry", "registry.example.com/ml");
    typed("config", "set", "trainerImage", "r.example.com/t:9");
    Typed local =
        dryRun("--runtime=kaito", "--output-image=r.example.com/a:1", "--output-image-secret=push");

    assertThat(local.status()).as(local.err()).isZero();
    assertThat(local.out()).doesNotContain("r.example.com/t:9");
  }

  @Test
  void whatIsNoneIsRefusedAndNothingIsWritten() throws Exception {
    assertThat(typed("config", "set", "registri", "x").err()).contains("unknown key", "registry");
    assertThat(typed("config", "set", "gpuHourPrices.A100", "cheap").status())
        .isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(typed("config", "set", "runtime", "cloud").err())
        .contains("'cloud' is no runtime", "local, job, kaito, auto");
    assertThat(file()).doesNotExist();
  }

  @Test
  void whatIsWrongWithASettingIsToldByItsKeyAndWhatIsWrongWithTheFileByItsLine() throws Exception {
    assertThat(typed("config", "set", "nope", "3").err())
        .contains("can't set the default", "nope: unknown key")
        .doesNotContain("nope:1", "config set nope");
    assertThat(typed("config", "set", "gpuHourPrices.A100", "cheap").err())
        .contains("gpuHourPrices.A100: ")
        .doesNotContain("A100:2");

    Files.createDirectories(file().getParent());
    Files.writeString(file(), "# mine\nnamespase: team\n");
    assertThat(typed("config", "set", "namespace", "team").err()).contains(file() + ":2");
    assertThat(typed("config", "unset", "namespase").status()).isZero();
  }

  @Test
  void otherLinesAndCommentsStayAsTheyAre() throws Exception {
    Path example = Path.of(System.getProperty("kubetune.root"), "templates", "config.yaml");
    Files.createDirectories(file().getParent());
    Files.copy(example, file());

    typed("config", "set", "gpuHourPrices.default", "2.5");
    typed("config", "set", "gpuHourPrices.L4", "0.7");
    typed("config", "set", "currency", "EUR");
    typed("config", "unset", "gpuHourPrices.NVIDIA-A100-SXM4-80GB");

    String expected =
        Files.readString(example)
            .replace("  default: 2.00 # any other", "  default: 2.5\n  L4: 0.7")
            .replace("currency: USD", "currency: EUR")
            .replace("  NVIDIA-A100-SXM4-80GB: 1.90\n", "");
    assertThat(file()).content().isEqualTo(expected);
    assertThat(typed("config", "view").out()).contains("gpuHourPrices.L4", "0.7", "EUR");
  }
}
