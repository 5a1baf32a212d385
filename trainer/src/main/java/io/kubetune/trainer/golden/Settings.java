package io.kubetune.trainer.golden;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Dataset;
import io.kubetune.contract.TrainingConfig.KubetuneConfig;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.trainer.lora.AdapterFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The configuration that the goldens were computed with: fp32, one thread, no dropout.
final class Settings {
  private static final Quantization NOT_QUANTIZED =
      new Quantization(Quantization.Kind.NONE, false, NumberType.FLOAT32);
  private static final Lora NO_LORA =
      new Lora(
          8,
          8,
          0,
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Map.of(),
          Map.of(),
          Lora.Bias.NONE,
          false,
          false,
          Lora.Init.KAIMING,
          List.of(),
          List.of());

  private Settings() {}

  static TrainingConfig lora(Path adapter) {
    return of(KubetuneConfig.Method.LORA, AdapterFolder.settings(adapter), NOT_QUANTIZED);
  }

  /// LoRA as the folder's adapter_config.json has it; without one, all weights are trained.
  static TrainingConfig of(Path adapter) {
    return Files.exists(adapter.resolve("adapter_config.json"))
        ? lora(adapter)
        : of(KubetuneConfig.Method.FULL, NO_LORA, NOT_QUANTIZED);
  }

  static TrainingConfig of(KubetuneConfig.Method method, Lora lora, Quantization quantization) {
    return new TrainingConfig(
        new TrainingConfig.Model("", Optional.empty(), NumberType.AUTO, Optional.empty()),
        quantization,
        lora,
        new Training(
            "",
            1,
            OptionalInt.empty(),
            0.02,
            Training.Schedule.LINEAR,
            Map.of(),
            1,
            0,
            0.01,
            0.9,
            0.999,
            1e-8,
            1,
            2,
            2,
            2,
            1024,
            false,
            42,
            OptionalLong.empty(),
            1,
            Training.Strategy.NO,
            0,
            Training.Strategy.NO,
            0,
            OptionalInt.empty(),
            false,
            OptionalInt.empty(),
            0,
            OptionalDouble.empty(),
            false,
            false),
        new Dataset("", false, 42, 1),
        new KubetuneConfig(
            method,
            KubetuneConfig.LossOn.ALL,
            KubetuneConfig.LongDocument.REFUSE,
            NumberType.FLOAT32,
            KubetuneConfig.Device.AUTO,
            1,
            KubetuneConfig.Memory.FAST,
            0,
            Optional.empty(),
            false));
  }
}
