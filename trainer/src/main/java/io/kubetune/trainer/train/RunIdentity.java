package io.kubetune.trainer.train;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.trainer.data.Document;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/// What makes a run this run: model, data and every setting that changes a value of the result.
///
/// A checkpoint carries it, and only a run of the same identity goes on from there.
///
/// ```
/// identity.differences(saved)   // [TrainingArguments.learning_rate: 2.0E-4 then, 1.0E-4 now]
/// ```
///
/// @param settings name and value, sorted
public record RunIdentity(SortedMap<String, String> settings) {
  public RunIdentity {
    settings = new TreeMap<>(settings);
  }

  /// @param modelDigest of the base model's files
  /// @param steps optimizer steps of the whole run
  public static RunIdentity of(
      TrainingConfig config,
      String modelDigest,
      int steps,
      List<Document> train,
      List<Document> eval) {
    var training = config.training();
    var lora = config.lora();
    SortedMap<String, String> all = new TreeMap<>();
    all.put("ModelConfig (the model's files)", modelDigest);
    all.put("ModelConfig.torch_dtype", config.model().storageType().toString());
    all.put("QuantizationConfig", config.quantization().toString());
    all.put("LoraConfig.r", lora.r() + "");
    all.put("LoraConfig.lora_alpha", lora.alpha() + "");
    all.put("LoraConfig.lora_dropout", lora.dropout() + "");
    all.put("LoraConfig.target_modules", lora.targetModules().toString());
    all.put("LoraConfig.exclude_modules", lora.excludeModules().toString());
    all.put("LoraConfig.layers_to_transform", lora.layersToTransform().toString());
    all.put("LoraConfig.layers_pattern", lora.layersPattern().toString());
    all.put("LoraConfig.rank_pattern", new TreeMap<>(lora.rankPattern()).toString());
    all.put("LoraConfig.alpha_pattern", new TreeMap<>(lora.alphaPattern()).toString());
    all.put("LoraConfig.bias", lora.bias().toString());
    all.put("LoraConfig.use_rslora", lora.rankStabilized() + "");
    all.put("LoraConfig.use_dora", lora.dora() + "");
    all.put("LoraConfig.init_lora_weights", lora.init().toString());
    all.put("LoraConfig.modules_to_save", lora.modulesToSave().toString());
    all.put("LoraConfig.target_parameters", lora.targetParameters().toString());
    all.put("TrainingArguments (all steps)", steps + "");
    all.put("TrainingArguments.learning_rate", training.learningRate() + "");
    all.put(
        "TrainingArguments.lr_scheduler_type",
        training.schedule() + " " + new TreeMap<>(training.scheduleArguments()));
    all.put("TrainingArguments.warmup_steps", Schedule.of(training, steps).warmupSteps() + "");
    all.put("TrainingArguments.weight_decay", training.weightDecay() + "");
    all.put("TrainingArguments.adam_beta1", training.adamBeta1() + "");
    all.put("TrainingArguments.adam_beta2", training.adamBeta2() + "");
    all.put("TrainingArguments.adam_epsilon", training.adamEpsilon() + "");
    all.put("TrainingArguments.max_grad_norm", training.maxGradNorm() + "");
    all.put("TrainingArguments.per_device_train_batch_size", training.documentsPerMicroStep() + "");
    all.put(
        "TrainingArguments.gradient_accumulation_steps", training.gradientAccumulationSteps() + "");
    all.put("TrainingArguments.packing", training.packing() + "");
    all.put("TrainingArguments.max_length", training.maxLengthTokens() + "");
    all.put("TrainingArguments.seed", training.seed() + "");
    all.put("TrainingArguments.data_seed", training.dataSeed().toString());
    all.put("TrainingArguments.neftune_noise_alpha", training.neftuneNoiseAlpha().toString());
    if (training.loadBestModelAtEnd() || training.earlyStoppingPatience().isPresent()) {
      all.put(
          "TrainingArguments.eval_strategy", training.evalStrategy() + " " + training.evalSteps());
      all.put(
          "TrainingArguments.early_stopping",
          training.earlyStoppingPatience() + " " + training.earlyStoppingThreshold());
      all.put("TrainingArguments.load_best_model_at_end", training.loadBestModelAtEnd() + "");
    }
    all.put("DatasetConfig (rows to train on, as tokens)", digest(train));
    all.put("DatasetConfig (rows to evaluate on, as tokens)", digest(eval));
    all.put("DatasetConfig.shuffle_dataset", config.dataset().shuffle() + "");
    all.put("KubetuneConfig.method", config.kubetune().method().toString());
    all.put("KubetuneConfig.compute_dtype", config.kubetune().computeType().toString());
    all.put("KubetuneConfig.initial_adapter", config.kubetune().initialAdapter().toString());
    all.put("KubetuneConfig.device", config.kubetune().device().toString());
    return new RunIdentity(all);
  }

  /// One line for each setting that is not the same, with the saved value first.
  public List<String> differences(RunIdentity saved) {
    TreeMap<String, String> all = new TreeMap<>(settings);
    all.putAll(saved.settings);
    List<String> lines = new ArrayList<>();
    for (String name : all.keySet()) {
      String then = saved.settings.get(name);
      String now = settings.get(name);
      if (!Objects.equals(then, now)) {
        lines.add(name + ": " + then + " then, " + now + " now");
      }
    }
    return lines;
  }

  /// SHA-256 in hex over all settings.
  public String digest() {
    MessageDigest digest = sha256();
    settings.forEach((name, value) ->
        digest.update((name + "=" + value + "\n").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  /// SHA-256 in hex over documents' tokens, labels and row numbers: it changes with the rows, the
  /// tokenizer, the chat template and what is learned.
  public static String digest(List<Document> documents) {
    MessageDigest digest = sha256();
    for (Document each : documents) {
      ByteBuffer bytes = ByteBuffer.allocate(8 * each.length() + 8);
      bytes.putInt(each.row()).putInt(each.length());
      for (int i = 0; i < each.length(); i++) {
        bytes.putInt(each.tokens()[i]).putInt(each.labels()[i]);
      }
      digest.update(bytes.array());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
