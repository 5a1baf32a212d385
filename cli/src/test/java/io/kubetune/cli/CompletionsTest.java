package io.kubetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `__complete` answers: the protocol of cobra's programs, which kubectl asks its plugins in.
class CompletionsTest {
  @TempDir private Path home;

  private List<String> complete(String... words) {
    String[] arguments = new String[words.length + 1];
    arguments[0] = "__complete";
    System.arraycopy(words, 0, arguments, 1, words.length);
    Typed typed = Typed.command(Map.of("HOME", home.toString()), arguments);
    assertThat(typed.status()).isZero();
    assertThat(typed.err()).isEmpty();
    return typed.out().lines().toList();
  }

  @Test
  void commandsAreOfferedWithWhatTheyDoAndHiddenOnesAreNot() {
    assertThat(complete("st")).containsExactly("status\tShow where a run stands.", ":4");
    assertThat(complete("")).noneMatch(each -> each.startsWith("supervise"));
    assertThat(complete("data", "ch")).anyMatch(each -> each.startsWith("check\t"));
    assertThat(complete("nonsense", "")).containsExactly(":4");
  }

  @Test
  void flagsAreOfferedOnceAndTheirValuesInBothForms() {
    assertThat(complete("logs", "--fol")).anyMatch(each -> each.startsWith("--follow\t"));
    assertThat(complete("logs", "--follow", "--fol")).containsExactly(":4");
    assertThat(complete("create", "--runtime", "")).contains("auto", "job", "kaito", "local", ":4");
    assertThat(complete("create", "--runtime=lo")).containsExactly("--runtime=local", ":4");
    assertThat(complete("list", "-o", "j")).containsExactly("json", ":4");
    assertThat(complete("create", "--set", "x=1", "--se")).anyMatch(s -> s.startsWith("--set\t"));
  }

  @Test
  void keysOfTheTrainingConfigAreOfferedAndWhatTheyMayBe() {
    assertThat(complete("create", "--set", "LoraConfig.rank_"))
        .anyMatch(each -> each.startsWith("LoraConfig.rank_pattern=\t"))
        .contains(":6");
    assertThat(complete("create", "--set", "LoraConfig.bias=n"))
        .containsExactly("LoraConfig.bias=none", ":4");
    assertThat(complete("create", "--set", "LoraConfig.use_dora=t"))
        .containsExactly("LoraConfig.use_dora=true", ":4");
    assertThat(complete("explain", "LoraConfig.use_d"))
        .anyMatch(each -> each.startsWith("LoraConfig.use_dora\t"));
  }

  @Test
  void filesAndFoldersAreLeftToTheShell() {
    assertThat(complete("data", "check", "")).containsExactly(":0");
    assertThat(complete("create", "-f", "")).containsExactly(":0");
    assertThat(complete("pull-adapter", "x", "--to", "")).containsExactly(":16");
    assertThat(complete("create", "--model", "./")).containsExactly(":0");
    assertThat(complete("create", "--model", "smollm2-135m"))
        .anyMatch(each -> each.startsWith("smollm2-135m-instruct\t"));
  }

  @Test
  void aClusterThatIsNotThereIsNoError() {
    assertThat(complete("status", "--server", "https://127.0.0.1:9", "")).containsExactly(":4");
    assertThat(complete("status", "--kubeconfig", "/nowhere", "-n", "")).containsExactly(":4");
    assertThat(complete("--")).contains(":4");
    assertThat(complete()).anyMatch(each -> each.startsWith("create\t"));
  }
}
