package io.kubetune.contract.config;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Dataset;
import io.kubetune.contract.TrainingConfig.KubetuneConfig;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.contract.TrainingConfig.Model;
import io.kubetune.contract.TrainingConfig.Modules;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.contract.TrainingConfig.Training;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Makes the [TrainingConfig] of checked settings, with Hugging Face's flags turned into our keys.
///
/// ```
/// TrainingConfig config = ConfigAssembler.assemble(settings); // after Contradictions found none
/// ```
final class ConfigAssembler {
  private static final String TRAINING = "TrainingArguments.";
  private static final String LORA = "LoraConfig.";
  private static final String OURS = "KubetuneConfig.";

  private final Settings settings;

  private ConfigAssembler(Settings settings) {
    this.settings = settings;
  }

  static TrainingConfig assemble(Settings settings) {
    ConfigAssembler from = new ConfigAssembler(settings);
    return new TrainingConfig(
        from.model(),
        from.quantization(),
        from.lora(),
        from.training(),
        from.dataset(),
        from.kubetune());
  }

  /// What bf16 or fp16 says of the compute type.
  static Optional<String> computeFlag(Settings settings) {
    if (settings.flag(TRAINING + "bf16")) {
      return Optional.of("bfloat16");
    }
    return settings.flag(TRAINING + "fp16") ? Optional.of("float16") : Optional.empty();
  }

  /// What assistant_only_loss and completion_only_loss, where given, say of `loss_on`. Both true is
  /// what `answer` means: the specific part of either shape of row.
  static Optional<String> lossFlag(Settings settings) {
    Optional<Boolean> assistant = settings.maybeFlag(TRAINING + "assistant_only_loss");
    Optional<Boolean> completion = settings.maybeFlag(TRAINING + "completion_only_loss");
    if (assistant.isEmpty() && completion.isEmpty()) {
      return Optional.empty();
    }
    if (assistant.orElse(false)) {
      return Optional.of(completion.orElse(false) ? "answer" : "assistant");
    }
    return Optional.of(completion.orElse(false) ? "completion" : "all");
  }

  /// What use_cpu says of the device.
  static Optional<String> deviceFlag(Settings settings) {
    return settings.flag(TRAINING + "use_cpu") ? Optional.of("cpu") : Optional.empty();
  }

  /// A key's value in the spelling of its choices.
  static String stated(Settings settings, String path) {
    return path.endsWith("compute_type")
        ? settings.numberType(path).name().toLowerCase(Locale.ROOT)
        : settings.text(path);
  }

  /// transformers takes logging_steps where eval_steps is left out.
  static int evalSteps(Settings settings) {
    boolean asLogging =
        !settings.isGiven(TRAINING + "eval_steps") && settings.isGiven(TRAINING + "logging_steps");
    return settings.whole(TRAINING + (asLogging ? "logging_steps" : "eval_steps"));
  }

  private Model model() {
    return new Model(
        settings.text("ModelConfig.pretrained_model_name_or_path"),
        settings.maybeText("ModelConfig.revision"),
        settings.numberType("ModelConfig.torch_dtype"),
        settings.maybeText("ModelConfig.chat_template"));
  }

  private Quantization quantization() {
    return new Quantization(
        quantizationKind(),
        settings.flag("QuantizationConfig.bnb_4bit_use_double_quant"),
        settings.numberType("QuantizationConfig.bnb_4bit_compute_dtype"));
  }

  private Quantization.Kind quantizationKind() {
    if (settings.flag("QuantizationConfig.load_in_4bit")) {
      return Quantization.Kind.NF4;
    }
    return settings.flag("QuantizationConfig.load_in_8bit")
        ? Quantization.Kind.INT8
        : Quantization.Kind.NONE;
  }

  private Lora lora() {
    Map<String, Long> ranks = settings.byName(LORA + "rank_pattern");
    Map<String, Integer> intRanks = new LinkedHashMap<>();
    ranks.forEach((name, rank) -> intRanks.put(name, Math.toIntExact(rank)));
    return new Lora(
        settings.whole(LORA + "r"),
        settings.number(LORA + "lora_alpha"),
        settings.number(LORA + "lora_dropout"),
        modules(LORA + "target_modules"),
        modules(LORA + "exclude_modules"),
        settings.wholes(LORA + "layers_to_transform"),
        names(LORA + "layers_pattern").stream().findFirst(),
        intRanks,
        settings.byName(LORA + "alpha_pattern"),
        Lora.Bias.valueOf(constant(LORA + "bias")),
        settings.flag(LORA + "use_rslora"),
        settings.flag(LORA + "use_dora"),
        settings.text(LORA + "init_lora_weights").equals("true")
            ? Lora.Init.KAIMING
            : Lora.Init.GAUSSIAN,
        names(LORA + "modules_to_save"),
        names(LORA + "target_parameters"));
  }

  private Optional<Modules> modules(String path) {
    return settings
        .texts(path)
        .map(value ->
            switch (value) {
              // PEFT's spelling of it, in any case
              case String text when text.equalsIgnoreCase("all-linear") -> new Modules.AllLinear();
              case String text -> new Modules.Pattern(text);
              case Object list -> new Modules.Names(names(path));
            });
  }

  private List<String> names(String path) {
    return settings
        .texts(path)
        .map(value ->
            value instanceof List<?> list
                ? list.stream().map(String.class::cast).toList()
                : List.of((String) value))
        .orElse(List.of());
  }

  private Training training() {
    double warmup = settings.number(TRAINING + "warmup_steps");
    int maxSteps = settings.whole(TRAINING + "max_steps");
    return new Training(
        settings.text(TRAINING + "output_dir"),
        settings.number(TRAINING + "num_train_epochs"),
        maxSteps < 0 ? OptionalInt.empty() : OptionalInt.of(maxSteps),
        settings.number(TRAINING + "learning_rate"),
        Training.Schedule.valueOf(constant(TRAINING + "lr_scheduler_type")),
        settings.byName(TRAINING + "lr_scheduler_kwargs"),
        warmup < 1 ? 0 : (int) warmup,
        warmup > 0 && warmup < 1 ? warmup : settings.number(TRAINING + "warmup_ratio"),
        settings.number(TRAINING + "weight_decay"),
        settings.number(TRAINING + "adam_beta1"),
        settings.number(TRAINING + "adam_beta2"),
        settings.number(TRAINING + "adam_epsilon"),
        settings.number(TRAINING + "max_grad_norm"),
        settings.whole(TRAINING + "per_device_train_batch_size"),
        settings.whole(TRAINING + "gradient_accumulation_steps"),
        settings.whole(TRAINING + "per_device_eval_batch_size"),
        settings.whole(TRAINING + "max_length"),
        settings.flag(TRAINING + "packing"),
        settings.longWhole(TRAINING + "seed"),
        settings
            .maybeLong(TRAINING + "data_seed")
            .map(OptionalLong::of)
            .orElse(OptionalLong.empty()),
        settings.whole(TRAINING + "logging_steps"),
        Training.Strategy.valueOf(constant(TRAINING + "eval_strategy")),
        evalSteps(settings),
        Training.Strategy.valueOf(constant(TRAINING + "save_strategy")),
        settings.whole(TRAINING + "save_steps"),
        maybeInt(TRAINING + "save_total_limit"),
        settings.flag(TRAINING + "load_best_model_at_end"),
        maybeInt(TRAINING + "early_stopping_patience"),
        settings.number(TRAINING + "early_stopping_threshold"),
        settings
            .maybeNumber(TRAINING + "neftune_noise_alpha")
            .map(OptionalDouble::of)
            .orElse(OptionalDouble.empty()),
        settings.flag(TRAINING + "auto_find_batch_size"),
        settings.flag(TRAINING + "resume_from_checkpoint"));
  }

  private Dataset dataset() {
    return new Dataset(
        settings.text("DatasetConfig.dataset_path"),
        settings.flag("DatasetConfig.shuffle_dataset"),
        settings.longWhole("DatasetConfig.shuffle_seed"),
        settings.number("DatasetConfig.train_test_split"));
  }

  private KubetuneConfig kubetune() {
    boolean quantized = quantizationKind() != Quantization.Kind.NONE;
    return new KubetuneConfig(
        settings
            .maybeText(OURS + "method")
            .map(name -> KubetuneConfig.Method.valueOf(name.toUpperCase(Locale.ROOT)))
            .orElse(quantized ? KubetuneConfig.Method.QLORA : KubetuneConfig.Method.LORA),
        KubetuneConfig.LossOn.valueOf(flagOrKey(lossFlag(settings), OURS + "loss_on")),
        KubetuneConfig.LongDocument.valueOf(constant(OURS + "on_long_document")),
        NumberType.valueOf(flagOrKey(computeFlag(settings), OURS + "compute_type")),
        KubetuneConfig.Device.valueOf(flagOrKey(deviceFlag(settings), OURS + "device")),
        settings.whole(OURS + "threads"),
        memory(),
        settings.whole(OURS + "max_skipped_steps"),
        settings.texts(OURS + "initial_adapter").map(Object::toString),
        settings.flag(OURS + "sanitize"));
  }

  private String flagOrKey(Optional<String> flag, String path) {
    return flag.orElse(stated(settings, path)).toUpperCase(Locale.ROOT);
  }

  private KubetuneConfig.Memory memory() {
    Optional<Boolean> recompute = settings.maybeFlag(TRAINING + "gradient_checkpointing");
    if (settings.isGiven(OURS + "memory") || recompute.isEmpty()) {
      return KubetuneConfig.Memory.valueOf(constant(OURS + "memory"));
    }
    return recompute.get() ? KubetuneConfig.Memory.SMALL : KubetuneConfig.Memory.FAST;
  }

  private OptionalInt maybeInt(String path) {
    return settings.maybeWhole(path).map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private String constant(String path) {
    return settings.text(path).toUpperCase(Locale.ROOT);
  }
}
