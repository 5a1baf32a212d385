package io.kubetune.contract;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// A training run as `training_config.yaml` states it: every value parsed, defaulted and within its
/// range.
///
/// The sections and key names are KAITO's (which are Hugging Face's); [KubetuneConfig] is the one
/// section of our own. `templates/contract/training-config-keys.yaml` lists every key with its
/// type, default, range and meaning.
///
/// ```
/// TrainingConfig config = ConfigReader.read(Path.of("/mnt/config/training_config.yaml")).config();
/// int rank = config.lora().r();
/// ```
public record TrainingConfig(
    Model model,
    Quantization quantization,
    Lora lora,
    Training training,
    Dataset dataset,
    KubetuneConfig kubetune) {

  /// `ModelConfig`.
  ///
  /// @param path folder of the model: config.json, *.safetensors, tokenizer.json
  /// @param storageType what weights are stored in; AUTO is what the checkpoint holds
  /// @param chatTemplate Jinja text, or the path of a file that holds it; empty is the model's own
  public record Model(
      String path,
      Optional<String> revision,
      NumberType storageType,
      Optional<String> chatTemplate) {}

  /// `QuantizationConfig`.
  public record Quantization(Kind kind, boolean doubleQuantization, NumberType computeType) {
    public enum Kind {
      NONE,
      NF4,
      INT8
    }
  }

  /// `LoraConfig`, with PEFT's fields and defaults.
  ///
  /// @param alpha scale is alpha/r, or alpha/sqrt(r) with rank-stabilized LoRA
  /// @param targetModules empty: the architecture's default targets
  /// @param rankPattern module name or regex to rank, overrides r where it matches (PEFT's rules)
  /// @param targetParameters fused tensors of a mixture's experts that get an adapter
  ///   (`gate.weight`, `gate_up_proj`, `down_proj`), in the names of transformers 5
  public record Lora(
      int r,
      double alpha,
      double dropout,
      Optional<Modules> targetModules,
      Optional<Modules> excludeModules,
      List<Integer> layersToTransform,
      Optional<String> layersPattern,
      Map<String, Integer> rankPattern,
      Map<String, Double> alphaPattern,
      Bias bias,
      boolean rankStabilized,
      boolean dora,
      Init init,
      List<String> modulesToSave,
      List<String> targetParameters) {
    public enum Bias {
      NONE,
      ALL,
      LORA_ONLY
    }

    /// KAIMING is PEFT's `true`: A uniform in ±1/sqrt(in), B zero. GAUSSIAN: A normal with
    /// deviation 1/r, B zero.
    public enum Init {
      KAIMING,
      GAUSSIAN
    }
  }

  /// How PEFT's `target_modules` and `exclude_modules` name linears.
  public sealed interface Modules {
    /// Names: a module matches when it equals one, or ends in `.` and one.
    record Names(List<String> names) implements Modules {}

    /// A regular expression that the module's whole name must match.
    record Pattern(String regex) implements Modules {}

    /// `all-linear`: every linear but the head.
    record AllLinear() implements Modules {}
  }

  /// `TrainingArguments`.
  ///
  /// @param maxSteps optimizer steps; empty: as many as `epochs` needs
  /// @param documentsPerMicroStep `per_device_train_batch_size`: documents, or packs where
  ///   `packing` is set
  /// @param maxLengthTokens `max_length` (or `max_seq_length`): the longest document, and the size
  ///   of a pack
  /// @param warmupRatio share of all steps; `warmup_steps` wins where both are given
  public record Training(
      String outputDir,
      double epochs,
      OptionalInt maxSteps,
      double learningRate,
      Schedule schedule,
      Map<String, Double> scheduleArguments,
      int warmupSteps,
      double warmupRatio,
      double weightDecay,
      double adamBeta1,
      double adamBeta2,
      double adamEpsilon,
      double maxGradNorm,
      int documentsPerMicroStep,
      int gradientAccumulationSteps,
      int evalDocumentsPerMicroStep,
      int maxLengthTokens,
      boolean packing,
      long seed,
      OptionalLong dataSeed,
      int loggingSteps,
      Strategy evalStrategy,
      int evalSteps,
      Strategy saveStrategy,
      int saveSteps,
      OptionalInt saveTotalLimit,
      boolean loadBestModelAtEnd,
      OptionalInt earlyStoppingPatience,
      double earlyStoppingThreshold,
      OptionalDouble neftuneNoiseAlpha,
      boolean autoFindBatchSize,
      boolean resumeFromCheckpoint) {

    public enum Schedule {
      LINEAR,
      COSINE,
      COSINE_WITH_RESTARTS,
      CONSTANT,
      CONSTANT_WITH_WARMUP,
      POLYNOMIAL
    }

    public enum Strategy {
      NO,
      STEPS,
      EPOCH
    }
  }

  /// `DatasetConfig`.
  ///
  /// @param path folder with canonical rows and their manifest
  ///   (`templates/contract/canonical-data.md`)
  /// @param trainShare `train_test_split`: share of rows trained on, 1 is all; the rest is
  ///   evaluated on
  public record Dataset(String path, boolean shuffle, long shuffleSeed, double trainShare) {}

  /// `KubetuneConfig`: what no other trainer has a key for.
  ///
  /// @param threads 0: as many as the machine (or the pod's limit) has
  /// @param initialAdapter folder of an adapter in PEFT's format that training starts from, in
  ///   place of a new one
  /// @param sanitize special tokens that a user's or tool's turn spells out are kept as text
  /// @param maxSkippedSteps steps with a loss that is not a number, in a row, before the run fails
  public record KubetuneConfig(
      Method method,
      LossOn lossOn,
      LongDocument onLongDocument,
      NumberType computeType,
      Device device,
      int threads,
      Memory memory,
      int maxSkippedSteps,
      Optional<String> initialAdapter,
      boolean sanitize) {
    public enum Method {
      LORA,
      QLORA,
      FULL
    }

    /// Which tokens are learned: the assistant's turns, all, or the completion of a
    /// prompt/completion row. ANSWER is both of the specific ones, by the row's own shape:
    /// assistant turns of `messages`, completions of `prompt`, everything of `text`.
    public enum LossOn {
      ANSWER,
      ASSISTANT,
      COMPLETION,
      ALL
    }

    public enum LongDocument {
      TRUNCATE,
      SPLIT,
      REFUSE
    }

    public enum Device {
      AUTO,
      CPU,
      CUDA
    }

    /// FAST keeps activations; SMALL keeps each block's input alone and computes the block again.
    public enum Memory {
      FAST,
      SMALL
    }
  }

  /// Number formats of weights and arithmetic.
  public enum NumberType {
    AUTO,
    BFLOAT16,
    FLOAT16,
    FLOAT32
  }
}
