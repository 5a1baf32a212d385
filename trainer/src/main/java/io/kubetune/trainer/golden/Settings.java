package io.kubetune.trainer.golden;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Dataset;
import io.kubetune.contract.TrainingConfig.KubetuneConfig;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.trainer.lora.AdapterFolder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The configuration that the goldens were computed with: fp32, one thread, no dropout.
final class Settings {
  private Settings() {}

  static TrainingConfig lora(Path adapter) {
    return of(
        AdapterFolder.settings(adapter),
        new Quantization(Quantization.Kind.NONE, false, NumberType.FLOAT32));
  }

  static TrainingConfig of(Lora lora, Quantization quantization) {
    boolean quantized = quantization.kind() != Quantization.Kind.NONE;
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
            quantized ? KubetuneConfig.Method.QLORA : KubetuneConfig.Method.LORA,
            KubetuneConfig.LossOn.ALL,
            KubetuneConfig.LongDocument.REFUSE,
            NumberType.FLOAT32,
            KubetuneConfig.Device.CPU,
            1,
            KubetuneConfig.Memory.FAST,
            0));
  }
}
