package io.kubetune.cli.plan;

import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.cli.plan.MemoryEstimate.Device.OnCpu;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.config.ConfigReader;

/// How much memory a model's fine-tuning takes on a CPU, for one document at a time in bf16 and an
/// adapter of rank 16 on every linear: enough to choose a model by; `kubectl tune plan` is exact.
///
/// ```
/// new ModelNeeds(dimensions).bytes(Method.QLORA, 4096)
/// ```
public record ModelNeeds(ModelDimensions model) {

  /// How the frozen weights are kept.
  public enum Method {
    LORA,
    QLORA
  }

  /// @return as [MemoryEstimate] counts it
  public long bytes(Method method, int tokens) {
    TrainingConfig config =
        ConfigReader.read(
                """
                training_config:
                  QuantizationConfig: {load_in_4bit: %s}
                  LoraConfig: {r: 16, target_modules: all-linear}
                  TrainingArguments: {max_length: %d}
                """
                    .formatted(method == Method.QLORA, tokens),
                "models")
            .config();
    return MemoryEstimate.of(model, config, NumberType.BFLOAT16, new OnCpu(1)).totalBytes();
  }
}
