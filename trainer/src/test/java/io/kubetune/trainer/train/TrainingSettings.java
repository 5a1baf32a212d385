package io.kubetune.trainer.train;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.contract.TrainingConfig.Training.Strategy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// A training configuration whose tests name only what they are about.
///
/// ```
/// var settings = new TrainingSettings();
/// settings.packing = true;
/// Training training = settings.training();
/// ```
public final class TrainingSettings {
  public String outputDir = "unused";
  public double epochs = 1;
  public OptionalInt maxSteps = OptionalInt.empty();
  public double learningRate = 0.05;
  public Training.Schedule schedule = Training.Schedule.LINEAR;
  public Map<String, Double> scheduleArguments = Map.of();
  public int warmupSteps = 0;
  public double warmupRatio = 0;
  public double weightDecay = 0.01;
  public double maxGradNorm = 1;
  public int documentsPerMicroStep = 2;
  public int gradientAccumulationSteps = 2;
  public int maxLengthTokens = 32;
  public boolean packing = false;
  public long seed = 7;
  public Strategy evalStrategy = Strategy.NO;
  public int evalSteps = 1;
  public Strategy saveStrategy = Strategy.NO;
  public int saveSteps = 1;
  public OptionalInt saveTotalLimit = OptionalInt.empty();
  public boolean loadBestModelAtEnd = false;
  public OptionalInt earlyStoppingPatience = OptionalInt.empty();
  public double earlyStoppingThreshold = 0;
  public boolean autoFindBatchSize = false;
  public boolean resumeFromCheckpoint = true;
  public double trainShare = 1;
  public boolean shuffle = true;
  public int maxSkippedSteps = 2;

  public Training training() {
    return new Training(
        outputDir,
        epochs,
        maxSteps,
        learningRate,
        schedule,
        scheduleArguments,
        warmupSteps,
        warmupRatio,
        weightDecay,
        0.9,
        0.999,
        1e-8,
        maxGradNorm,
        documentsPerMicroStep,
        gradientAccumulationSteps,
        3,
        maxLengthTokens,
        packing,
        seed,
        OptionalLong.empty(),
        1,
        evalStrategy,
        evalSteps,
        saveStrategy,
        saveSteps,
        saveTotalLimit,
        loadBestModelAtEnd,
        earlyStoppingPatience,
        earlyStoppingThreshold,
        OptionalDouble.empty(),
        autoFindBatchSize,
        resumeFromCheckpoint);
  }

  public TrainingConfig.Dataset dataset() {
    return new TrainingConfig.Dataset("unused", shuffle, 42, trainShare);
  }

  public TrainingConfig config() {
    return new TrainingConfig(
        new TrainingConfig.Model("unused", Optional.empty(), NumberType.AUTO, Optional.empty()),
        new TrainingConfig.Quantization(
            TrainingConfig.Quantization.Kind.NONE, false, NumberType.AUTO),
        lora(),
        training(),
        dataset(),
        new KubetuneConfig(
            KubetuneConfig.Method.LORA,
            KubetuneConfig.LossOn.ALL,
            KubetuneConfig.LongDocument.TRUNCATE,
            NumberType.FLOAT32,
            KubetuneConfig.Device.CPU,
            1,
            KubetuneConfig.Memory.FAST,
            maxSkippedSteps,
            Optional.empty(),
            false));
  }

  public TrainingConfig.Lora lora() {
    return new TrainingConfig.Lora(
        8,
        8,
        0,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Map.of(),
        Map.of(),
        TrainingConfig.Lora.Bias.NONE,
        false,
        false,
        TrainingConfig.Lora.Init.KAIMING,
        List.of(),
        List.of());
  }
}
