package io.kubetune.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PresetsTest {
  /// The number of parameters that each model's page on the hub states for its safetensors.
  private static final Map<String, Long> PUBLISHED =
      Map.ofEntries(
          Map.entry("phi-4", 14_659_507_200L),
          Map.entry("phi-4-mini-instruct", 3_836_021_760L),
          Map.entry("phi-3-mini-4k-instruct", 3_821_079_552L),
          Map.entry("phi-3-medium-4k-instruct", 13_960_238_080L),
          Map.entry("mistral-7b", 7_248_023_552L),
          Map.entry("qwen2.5-coder-7b-instruct", 7_615_616_512L),
          Map.entry("qwen2.5-coder-32b-instruct", 32_763_876_352L),
          Map.entry("smollm2-135m-instruct", 134_515_008L),
          Map.entry("smollm2-360m-instruct", 361_821_120L),
          Map.entry("smollm2-1.7b-instruct", 1_711_376_384L),
          Map.entry("tinyllama-1.1b-chat", 1_100_048_384L),
          Map.entry("llama-2-7b", 6_738_415_616L),
          Map.entry("llama-2-13b", 13_015_864_320L),
          Map.entry("llama-3.1-8b-instruct", 8_030_261_248L),
          Map.entry("llama-3.2-1b-instruct", 1_235_814_400L),
          Map.entry("llama-3.2-3b-instruct", 3_212_749_824L),
          Map.entry("qwen2.5-0.5b-instruct", 494_032_768L),
          Map.entry("qwen2.5-1.5b-instruct", 1_543_714_304L),
          Map.entry("falcon-7b", 6_921_720_704L));

  @Test
  void sizesGiveThePublishedNumberOfParameters() {
    PUBLISHED.forEach((name, parameters) ->
        assertThat(Presets.find(name).orElseThrow().dimensions().parameters())
            .as(name)
            .isEqualTo(parameters));
  }

  @Test
  void everyPresetThatKaitoTunesIsThere() {
    assertThat(Presets.all().stream().filter(Preset::kaito).map(Preset::name))
        .containsExactlyInAnyOrder(
            "phi-4",
            "phi-4-mini-instruct",
            "phi-3-mini-4k-instruct",
            "phi-3-mini-128k-instruct",
            "phi-3-medium-4k-instruct",
            "phi-3-medium-128k-instruct",
            "phi-3.5-mini-instruct",
            "mistral-7b",
            "qwen2.5-coder-7b-instruct",
            "qwen2.5-coder-32b-instruct",
            "falcon-7b",
            "falcon-7b-instruct",
            "falcon-40b");
  }

  @Test
  void namesAndRepositoriesAreUnique() {
    assertThat(Presets.all().stream().map(Preset::name).collect(Collectors.toSet()))
        .hasSameSizeAs(Presets.all());
    assertThat(Presets.all().stream().map(Preset::repository).collect(Collectors.toSet()))
        .hasSameSizeAs(Presets.all());
  }

  @Test
  void fusedModelsGetTheirFusedLinearsByDefault() {
    assertThat(Presets.find("phi-4").orElseThrow().defaultTargets())
        .isEqualTo(List.of("qkv_proj", "o_proj", "gate_up_proj", "down_proj"));
  }
}
