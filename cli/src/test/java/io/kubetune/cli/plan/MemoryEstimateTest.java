package io.kubetune.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.cli.model.Presets;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.config.ConfigReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryEstimateTest {
  private static final ModelDimensions SMOLLM2 =
      Presets.find("smollm2-135m-instruct").orElseThrow().dimensions();
  private static final long MIB = 1L << 20;

  /// A run of the trainer whose step events stated its peak.
  private record Measured(String config, NumberType compute, long peakMib) {}

  /// SmolLM2-135M, r 8, two steps on documents as long as `max_length`, on two cores with
  /// AVX512-BF16 (2026-11-23); `peak_memory_bytes` of the second step.
  private static final List<Measured> MEASURED =
      List.of(
          new Measured(config(64, 1, ""), NumberType.BFLOAT16, 717),
          new Measured(config(512, 2, ""), NumberType.BFLOAT16, 1575),
          new Measured(
              config(512, 2, "KubetuneConfig: {memory: small}"), NumberType.BFLOAT16, 1091),
          new Measured(
              config(512, 2, "KubetuneConfig: {compute_type: float32}"), NumberType.FLOAT32, 2416),
          new Measured(
              config(
                  1024,
                  1,
                  "QuantizationConfig: {load_in_4bit: true, bnb_4bit_use_double_quant: true}"),
              NumberType.BFLOAT16,
              1396),
          new Measured(
              config(1024, 1, "").replace("all-linear", "[q_proj, v_proj]"),
              NumberType.BFLOAT16,
              1432));

  @Test
  void estimatesAreWithinAFewPercentOfWhatTheTrainerMeasured() {
    for (Measured each : MEASURED) {
      long estimate = MemoryEstimate.of(SMOLLM2, read(each.config()), each.compute()).totalBytes();
      assertThat(estimate / MIB).as(each.config()).isCloseTo(each.peakMib(), withinPercentage(10));
    }
  }

  @Test
  void trainedParametersAreThoseOfTheTrainersFirstEvent() {
    assertThat(AdapterSize.parameters(SMOLLM2, read(config(64, 1, "")).lora()))
        .isEqualTo(2_442_240);
    // Llama-2-7B with r 8 on q and v, as PEFT prints it.
    assertThat(
            AdapterSize.parameters(
                Presets.find("llama-2-7b").orElseThrow().dimensions(),
                read("LoraConfig: {r: 8}").lora()))
        .isEqualTo(4_194_304);
  }

  @Test
  void patternsExclusionsAndLayersCountAsPeftCountsThem() {
    long perLayer = 8 * (576 + 576);
    assertThat(size("target_modules: [q_proj], layers_to_transform: [0, 5]"))
        .isEqualTo(2 * perLayer);
    assertThat(size("target_modules: '.*layers\\.[0-4]\\..*q_proj'")).isEqualTo(5 * perLayer);
    assertThat(size("target_modules: [q_proj, v_proj], exclude_modules: [v_proj]"))
        .isEqualTo(30 * perLayer);
    assertThat(size("target_modules: [q_proj], rank_pattern: {'layers.0.self_attn.q_proj': 16}"))
        .isEqualTo(31 * perLayer);
    assertThat(size("target_modules: [q_proj], modules_to_save: [lm_head]"))
        .isEqualTo(30 * perLayer + 49_152L * 576);
  }

  @Test
  void fourBitsAreSmallerThanSixteenAndAShorterDocumentNeedsLess() {
    long plain = MemoryEstimate.of(SMOLLM2, read(""), NumberType.BFLOAT16).totalBytes();
    assertThat(
            MemoryEstimate.of(
                    SMOLLM2, read("QuantizationConfig: {load_in_4bit: true}"), NumberType.BFLOAT16)
                .weightBytes())
        .isLessThan(MemoryEstimate.of(SMOLLM2, read(""), NumberType.BFLOAT16).weightBytes());
    assertThat(
            MemoryEstimate.of(
                    SMOLLM2, read("TrainingArguments: {max_length: 64}"), NumberType.BFLOAT16)
                .totalBytes())
        .isLessThan(plain);
  }

  private static long size(String lora) {
    return AdapterSize.parameters(SMOLLM2, read("LoraConfig: {" + lora + "}").lora());
  }

  private static String config(int maxLength, int batch, String more) {
    return """
    LoraConfig: {r: 8, target_modules: all-linear}
    TrainingArguments: {max_length: %d, per_device_train_batch_size: %d}
    %s
    """
        .formatted(maxLength, batch, more);
  }

  private static TrainingConfig read(String text) {
    return ConfigReader.read(text.isBlank() ? "LoraConfig: {r: 8}" : text, "test").config();
  }
}
