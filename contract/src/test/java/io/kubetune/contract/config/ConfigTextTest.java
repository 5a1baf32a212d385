package io.kubetune.contract.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Modules;
import io.kubetune.contract.TuneException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigTextTest {
  private static final String YAML =
      """
      # launch with: kubectl tune create --config this.yaml
      training_config:
        LoraConfig:
          r: 8 # small
          # twice the rank
          lora_alpha: 16
        TrainingArguments: {max_seq_length: 512, packing: yes}
        DataCollator:
      """;

  private static TrainingConfig read(String yaml) {
    return ConfigReader.read(yaml, "changed.yaml").config();
  }

  @Test
  void oneKeyChangesAndAllElseStaysWithItsComments() {
    assertThat(ConfigText.override(YAML, Map.of("LoraConfig.r", "16")))
        .isEqualTo(
            """
            # launch with: kubectl tune create --config this.yaml
            training_config:
              LoraConfig:
                r: 16 # small
                # twice the rank
                lora_alpha: 16
              TrainingArguments: {max_seq_length: 512, packing: yes}
              DataCollator:
            """);
  }

  @Test
  void anAliasInTheTextIsChangedInsteadOfGivenTwice() {
    String changed = ConfigText.override(YAML, Map.of("TrainingArguments.max_length", "99"));
    assertThat(changed).contains("max_seq_length: 99").doesNotContain("max_length: 99,");
    assertThat(read(changed).training().maxLengthTokens()).isEqualTo(99);
  }

  @Test
  void sectionsAndKeysThatAreNotThereAreMade() {
    Map<String, String> values =
        Map.of("KubetuneConfig.loss_on", "all", "TrainingArguments.learning_rate", "2e-4");
    for (String yaml : List.of(YAML, "", "# nothing yet\n", "LoraConfig: {r: 4}")) {
      TrainingConfig changed = read(ConfigText.override(yaml, values));
      assertThat(changed.kubetune().lossOn()).isEqualTo(TrainingConfig.KubetuneConfig.LossOn.ALL);
      assertThat(changed.training().learningRate()).isEqualTo(2e-4);
    }
  }

  @Test
  void commentsOfAnEmptyTextStay() {
    assertThat(ConfigText.override("# mine\n", Map.of("LoraConfig.r", "2")))
        .isEqualTo("# mine\ntraining_config:\n  LoraConfig:\n    r: 2\n");
  }

  @Test
  void targetsMayBeNamesWithCommasAListOrARegex() {
    Map<String, Modules> expected =
        Map.of(
            "q_proj,v_proj", new Modules.Names(List.of("q_proj", "v_proj")),
            "[q_proj, v_proj]", new Modules.Names(List.of("q_proj", "v_proj")),
            ".*\\.(q|v)_proj", new Modules.Pattern(".*\\.(q|v)_proj"),
            "all-linear", new Modules.AllLinear());
    expected.forEach((value, modules) ->
        assertThat(
                read(ConfigText.override("", Map.of("LoraConfig.target_modules", value)))
                    .lora()
                    .targetModules())
            .contains(modules));
  }

  @Test
  void aTextCanInjectNoYaml() {
    String nasty = "x\"\n  LoraConfig: {r: 99} # {{ \\ é";
    TrainingConfig changed =
        read(ConfigText.override(YAML, Map.of("ModelConfig.chat_template", nasty)));
    assertThat(changed.model().chatTemplate()).contains(nasty);
    assertThat(changed.lora().r()).isEqualTo(8);
  }

  @Test
  void unknownKeysAreAllNamedWithTheNearest() {
    TuneException refused =
        catchThrowableOfType(
            TuneException.class,
            () -> ConfigText.override(YAML, Map.of("LoraConfig.rank", "1", "packing", "true")));
    assertThat(refused.problems())
        .extracting(Problem::toString)
        .containsExactlyInAnyOrder(
            "LoraConfig.rank: unknown key; did you mean 'LoraConfig.r'?",
            "packing: unknown key; did you mean 'TrainingArguments.packing'?");
  }

  @Test
  void valuesThatAreNoYamlAreAllNamedByTheirKeysAndSayWhatTheyAre() {
    TuneException refused =
        catchThrowableOfType(
            TuneException.class,
            () ->
                ConfigText.override(
                    YAML, Map.of("LoraConfig.r", "[", "LoraConfig.target_modules", "[q_proj")));
    assertThat(refused.problems())
        .extracting(Problem::place)
        .containsExactlyInAnyOrder("LoraConfig.r", "LoraConfig.target_modules");
    assertThat(refused.problems().toString()).contains("'[q_proj' is not YAML: ");
  }
}
