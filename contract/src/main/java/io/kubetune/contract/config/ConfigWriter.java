package io.kubetune.contract.config;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Modules;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/// Writes a [TrainingConfig] as YAML that [ConfigReader] reads back as the same record.
///
/// ```
/// Files.writeString(folder.resolve("training_config.yaml"), ConfigWriter.write(config));
/// ```
public final class ConfigWriter {
  private ConfigWriter() {}

  /// Every key that has a value, below `training_config`.
  public static String write(TrainingConfig config) {
    Map<String, Object> sections = new LinkedHashMap<>();
    sections.put("ModelConfig", model(config.model()));
    sections.put("QuantizationConfig", quantization(config.quantization()));
    sections.put("LoraConfig", lora(config.lora()));
    sections.put("TrainingArguments", training(config.training()));
    sections.put("DatasetConfig", dataset(config.dataset()));
    sections.put("KubetuneConfig", kubetune(config.kubetune()));
    DumpSettings settings =
        DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setWidth(10_000).build();
    return new Dump(settings).dumpToString(Map.of(SettingsReader.ROOT_KEY, sections));
  }

  private static Map<String, Object> model(TrainingConfig.Model model) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("pretrained_model_name_or_path", model.path());
    model.revision().ifPresent(revision -> keys.put("revision", revision));
    keys.put("torch_dtype", spelling(model.storageType()));
    model.chatTemplate().ifPresent(template -> keys.put("chat_template", template));
    return keys;
  }

  private static Map<String, Object> quantization(TrainingConfig.Quantization quantization) {
    Map<String, Object> keys = new LinkedHashMap<>();
    switch (quantization.kind()) {
      case NONE -> keys.put("load_in_4bit", false);
      case INT8 -> keys.put("load_in_8bit", true);
      case NF4 -> {
        keys.put("load_in_4bit", true);
        keys.put("bnb_4bit_quant_type", "nf4");
      }
    }
    if (quantization.doubleQuantization()) {
      keys.put("bnb_4bit_use_double_quant", true);
    }
    if (quantization.computeType() != TrainingConfig.NumberType.AUTO) {
      keys.put("bnb_4bit_compute_dtype", spelling(quantization.computeType()));
    }
    return keys;
  }

  private static Map<String, Object> lora(TrainingConfig.Lora lora) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("r", lora.r());
    keys.put("lora_alpha", lora.alpha());
    keys.put("lora_dropout", lora.dropout());
    lora.targetModules().ifPresent(modules -> keys.put("target_modules", modules(modules)));
    lora.excludeModules().ifPresent(modules -> keys.put("exclude_modules", modules(modules)));
    if (!lora.layersToTransform().isEmpty()) {
      keys.put("layers_to_transform", lora.layersToTransform());
    }
    lora.layersPattern().ifPresent(pattern -> keys.put("layers_pattern", pattern));
    keys.put("rank_pattern", lora.rankPattern());
    keys.put("alpha_pattern", lora.alphaPattern());
    keys.put("bias", spelling(lora.bias()));
    keys.put("use_rslora", lora.rankStabilized());
    keys.put("use_dora", lora.dora());
    keys.put(
        "init_lora_weights",
        switch (lora.init()) {
          case KAIMING -> true;
          case GAUSSIAN -> "gaussian";
        });
    keys.put("modules_to_save", lora.modulesToSave());
    keys.put("target_parameters", lora.targetParameters());
    return keys;
  }

  private static Object modules(Modules modules) {
    return switch (modules) {
      case Modules.Names names -> names.names();
      case Modules.Pattern pattern -> pattern.regex();
      case Modules.AllLinear all -> "all-linear";
    };
  }

  private static Map<String, Object> training(TrainingConfig.Training training) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("output_dir", training.outputDir());
    keys.put("num_train_epochs", training.epochs());
    training.maxSteps().ifPresent(steps -> keys.put("max_steps", steps));
    keys.put("learning_rate", training.learningRate());
    keys.put("lr_scheduler_type", spelling(training.schedule()));
    keys.put("lr_scheduler_kwargs", training.scheduleArguments());
    keys.put("warmup_steps", training.warmupSteps());
    keys.put("warmup_ratio", training.warmupRatio());
    keys.put("weight_decay", training.weightDecay());
    keys.put("adam_beta1", training.adamBeta1());
    keys.put("adam_beta2", training.adamBeta2());
    keys.put("adam_epsilon", training.adamEpsilon());
    keys.put("max_grad_norm", training.maxGradNorm());
    keys.put("per_device_train_batch_size", training.documentsPerMicroStep());
    keys.put("gradient_accumulation_steps", training.gradientAccumulationSteps());
    keys.put("per_device_eval_batch_size", training.evalDocumentsPerMicroStep());
    keys.put("max_length", training.maxLengthTokens());
    keys.put("packing", training.packing());
    keys.put("seed", training.seed());
    training.dataSeed().ifPresent(seed -> keys.put("data_seed", seed));
    keys.put("logging_steps", training.loggingSteps());
    keys.put("eval_strategy", spelling(training.evalStrategy()));
    keys.put("eval_steps", training.evalSteps());
    keys.put("save_strategy", spelling(training.saveStrategy()));
    keys.put("save_steps", training.saveSteps());
    training.saveTotalLimit().ifPresent(limit -> keys.put("save_total_limit", limit));
    keys.put("load_best_model_at_end", training.loadBestModelAtEnd());
    training
        .earlyStoppingPatience()
        .ifPresent(patience -> keys.put("early_stopping_patience", patience));
    keys.put("early_stopping_threshold", training.earlyStoppingThreshold());
    training.neftuneNoiseAlpha().ifPresent(alpha -> keys.put("neftune_noise_alpha", alpha));
    keys.put("auto_find_batch_size", training.autoFindBatchSize());
    keys.put("resume_from_checkpoint", training.resumeFromCheckpoint());
    return keys;
  }

  private static Map<String, Object> dataset(TrainingConfig.Dataset dataset) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("dataset_path", dataset.path());
    keys.put("shuffle_dataset", dataset.shuffle());
    keys.put("shuffle_seed", dataset.shuffleSeed());
    keys.put("train_test_split", dataset.trainShare());
    return keys;
  }

  private static Map<String, Object> kubetune(TrainingConfig.KubetuneConfig kubetune) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("method", spelling(kubetune.method()));
    keys.put("loss_on", spelling(kubetune.lossOn()));
    keys.put("on_long_document", spelling(kubetune.onLongDocument()));
    keys.put("compute_type", spelling(kubetune.computeType()));
    keys.put("device", spelling(kubetune.device()));
    keys.put("threads", kubetune.threads());
    keys.put("memory", spelling(kubetune.memory()));
    keys.put("sanitize", kubetune.sanitize());
    keys.put("max_skipped_steps", kubetune.maxSkippedSteps());
    kubetune.initialAdapter().ifPresent(folder -> keys.put("initial_adapter", folder));
    return keys;
  }

  private static String spelling(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
