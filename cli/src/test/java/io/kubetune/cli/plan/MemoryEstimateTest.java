package io.kubetune.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.cli.model.Presets;
import io.kubetune.cli.plan.MemoryEstimate.Device.OnCpu;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.config.ConfigReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryEstimateTest {
  private static final ModelDimensions SMOLLM2 =
      Presets.find("smollm2-135m-instruct").orElseThrow().dimensions();
  private static final long MIB = 1L << 20;
  private static final String NF4 =
      "QuantizationConfig: {load_in_4bit: true, bnb_4bit_use_double_quant: true}";
  private static final String SMALL = "KubetuneConfig: {memory: small}";

  /// A run of the trainer whose step events stated its peak.
  private record Measured(String config, NumberType compute, long peakMib) {}

  /// SmolLM2-135M, r 16 on all linears, two steps of one document as long as `max_length`, on two
  /// cores with AMX (`scripts/bench/memory`, 2026-11-28); `peak_memory_bytes` of the second step.
  private static final List<Measured> MEASURED =
      List.of(
          new Measured(config(512, 1, ""), NumberType.BFLOAT16, 809),
          new Measured(config(2048, 1, ""), NumberType.BFLOAT16, 1368),
          new Measured(config(512, 1, NF4), NumberType.BFLOAT16, 680),
          new Measured(config(2048, 1, NF4), NumberType.BFLOAT16, 1227),
          new Measured(config(512, 1, SMALL), NumberType.BFLOAT16, 649),
          new Measured(config(2048, 1, SMALL), NumberType.BFLOAT16, 749),
          new Measured(config(512, 1, ""), NumberType.FLOAT32, 977),
          new Measured(config(2048, 1, ""), NumberType.FLOAT32, 2082));

  @Test
  void noRunTakesMoreThanTheEstimateAndNoneATenthLess() {
    for (Measured each : MEASURED) {
      long estimate =
          MemoryEstimate.of(SMOLLM2, read(each.config()), each.compute(), new OnCpu(2))
              .totalBytes();
      assertThat(estimate / MIB)
          .as(each.config())
          .isBetween(each.peakMib(), each.peakMib() * 110 / 100);
    }
  }

  @Test
  void weightsOfSixteenBitsAreHeldAsTheyAreAndOthersAsTheFileHasThem() {
    long sixteen = weights(NumberType.BFLOAT16, "");
    assertThat(weights(NumberType.FLOAT16, "")).isEqualTo(sixteen);
    assertThat(weights(NumberType.FLOAT32, "")).isEqualTo(2 * sixteen);
    assertThat(weights(NumberType.BFLOAT16, "ModelConfig: {torch_dtype: float32}"))
        .isEqualTo(sixteen);
    assertThat(weights(NumberType.FLOAT32, "ModelConfig: {torch_dtype: bfloat16}"))
        .isEqualTo(sixteen);
  }

  private static long weights(NumberType stored, String more) {
    return MemoryEstimate.of(
            SMOLLM2.withStored(stored),
            read(config(512, 1, more)),
            NumberType.FLOAT32,
            new OnCpu(2))
        .weightBytes();
  }

  @Test
  void oneDocumentTakesNoMoreOnManyCoresAndManyTakeNoMoreThanTheirCores() {
    assertThat(bytes(config(512, 1, ""), 16)).isEqualTo(bytes(config(512, 1, ""), 2));
    assertThat(bytes(config(512, 64, ""), 2)).isEqualTo(bytes(config(512, 2, ""), 2));
    assertThat(bytes(config(512, 64, ""), 4)).isGreaterThan(bytes(config(512, 64, ""), 2));
  }

  @Test
  void memoryGrowsInStepWithADocumentsLength() {
    long slope = bytes(config(2048, 1, ""), 2) - bytes(config(1024, 1, ""), 2);
    assertThat(bytes(config(8192, 1, ""), 2) - bytes(config(1024, 1, ""), 2))
        .isCloseTo(7 * slope, withinPercentage(5));
  }

  private static long bytes(String config, int cores) {
    return MemoryEstimate.of(SMOLLM2, read(config), NumberType.BFLOAT16, new OnCpu(cores))
        .totalBytes();
  }

  @Test
  void trainedParametersAreThoseOfTheTrainersFirstEvent() {
    assertThat(AdapterSize.parameters(SMOLLM2, read(config(64, 1, "")).lora()))
        .isEqualTo(4_884_480);
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
    assertThat(bytes("QuantizationConfig: {load_in_4bit: true}", 2)).isLessThan(bytes("", 2));
    assertThat(bytes("TrainingArguments: {max_length: 64}", 2)).isLessThan(bytes("", 2));
  }

  private static long size(String lora) {
    return AdapterSize.parameters(SMOLLM2, read("LoraConfig: {" + lora + "}").lora());
  }

  private static String config(int maxLength, int batch, String more) {
    return """
    LoraConfig: {r: 16, target_modules: all-linear}
    TrainingArguments: {max_length: %d, per_device_train_batch_size: %d}
    %s
    """
        .formatted(maxLength, batch, more);
  }

  private static TrainingConfig read(String text) {
    return ConfigReader.read(text.isBlank() ? "LoraConfig: {r: 8}" : text, "test").config();
  }
}
