package io.kubetune.contract.config;

import io.kubetune.contract.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds settings that are each valid and can't hold together.
///
/// The rules are those of PEFT's `LoraConfig`, transformers' `TrainingArguments`, TRL's `SFTConfig`
/// and KAITO's admission, besides those of our own keys.
///
/// ```
/// List<Problem> problems = Contradictions.in(settings);
/// ```
final class Contradictions {
  private static final String METHOD = "KubetuneConfig.method";
  private static final String FOUR_BIT = "QuantizationConfig.load_in_4bit";
  private static final String EIGHT_BIT = "QuantizationConfig.load_in_8bit";
  private static final String TARGETS = "LoraConfig.target_modules";
  private static final String LAYERS = "LoraConfig.layers_to_transform";
  private static final String LAYERS_PATTERN = "LoraConfig.layers_pattern";
  private static final String MAX_STEPS = "TrainingArguments.max_steps";
  private static final String EVAL = "TrainingArguments.eval_strategy";
  private static final String SAVE = "TrainingArguments.save_strategy";
  private static final String BEST = "TrainingArguments.load_best_model_at_end";
  private static final String PATIENCE = "TrainingArguments.early_stopping_patience";
  private static final String SCHEDULE = "TrainingArguments.lr_scheduler_type";
  private static final String SCHEDULE_SETTINGS = "TrainingArguments.lr_scheduler_kwargs";

  /// Names that transformers' schedule functions take; their others have none.
  private static final Map<String, Set<String>> SCHEDULES =
      Map.of(
          "cosine", Set.of("num_cycles"),
          "cosine_with_restarts", Set.of("num_cycles"),
          "polynomial", Set.of("power", "lr_end"));

  private final Settings settings;
  private final List<Problem> problems = new ArrayList<>();

  private Contradictions(Settings settings) {
    this.settings = settings;
  }

  static List<Problem> in(Settings settings) {
    Contradictions found = new Contradictions(settings);
    found.checkQuantization();
    found.checkTargets();
    found.checkSteps();
    found.checkSchedule();
    found.checkBestModel();
    found.checkShorthands();
    return found.problems;
  }

  private void checkQuantization() {
    boolean quantized = settings.flag(FOUR_BIT) || settings.flag(EIGHT_BIT);
    if (settings.flag(FOUR_BIT) && settings.flag(EIGHT_BIT)) {
      add(EIGHT_BIT, "both load_in_4bit and load_in_8bit are true", "keep one");
    }
    String method = settings.maybeText(METHOD).orElse("");
    if (method.equals("qlora") && !quantized) {
      add(METHOD, "qlora without quantized weights", "set " + FOUR_BIT + " to true");
    }
    if ((method.equals("lora") || method.equals("full")) && quantized) {
      add(
          METHOD,
          method + " with weights quantized to " + (settings.flag(FOUR_BIT) ? "4" : "8") + " bits",
          method.equals("lora") ? "set it to qlora" : "leave QuantizationConfig out");
    }
    for (String form : List.of("bnb_4bit_use_double_quant", "bnb_4bit_compute_dtype")) {
      String path = "QuantizationConfig." + form;
      if (settings.flag(EIGHT_BIT) && !settings.flag(FOUR_BIT) && settings.isGiven(path)) {
        add(path, "is for 4 bits, and weights are loaded in 8", "leave it out");
      }
    }
  }

  /// PEFT's LoraConfig.__post_init__.
  private void checkTargets() {
    boolean textTarget = settings.texts(TARGETS).filter(String.class::isInstance).isPresent();
    if (textTarget && settings.isGiven(LAYERS)) {
      add(LAYERS, "target_modules is one text", "name the layers there, or list the modules");
    }
    if (textTarget && settings.isGiven(LAYERS_PATTERN)) {
      add(LAYERS_PATTERN, "target_modules is one text", "name the layers there");
    } else if (settings.isGiven(LAYERS_PATTERN) && settings.wholes(LAYERS).isEmpty()) {
      add(LAYERS_PATTERN, "layers_to_transform is missing", "give both or none");
    }
    if (settings
        .texts(LAYERS_PATTERN)
        .filter(p -> p instanceof List<?> l && l.size() > 1)
        .isPresent()) {
      add(LAYERS_PATTERN, "names several lists of blocks", "name the one that the model has");
    }
    if (settings.texts(TARGETS).filter(List.of()::equals).isPresent()) {
      add(TARGETS, "names no module", "leave it out for the architecture's default");
    }
  }

  private void checkSteps() {
    if (settings.whole(MAX_STEPS) == 0) {
      add(MAX_STEPS, "0 steps train nothing", "give at least 1, or leave it out");
    }
    double warmup = settings.number("TrainingArguments.warmup_steps");
    if (warmup >= 1 && (warmup != Math.rint(warmup) || warmup > Integer.MAX_VALUE)) {
      add(
          "TrainingArguments.warmup_steps",
          warmup + " is no number of steps",
          "give a whole number, or a share below 1");
    }
  }

  private void checkSchedule() {
    String schedule = settings.text(SCHEDULE);
    Set<String> known = SCHEDULES.getOrDefault(schedule, Set.of());
    Map<String, Double> given = settings.byName(SCHEDULE_SETTINGS);
    for (String name : given.keySet()) {
      if (!known.contains(name)) {
        add(
            SCHEDULE_SETTINGS,
            "the " + schedule + " schedule has no " + name,
            known.isEmpty() ? "leave it out" : "it has " + String.join(", ", sorted(known)));
      }
    }
    Double end = given.get("lr_end");
    if (end != null
        && schedule.equals("polynomial")
        && end >= settings.number("TrainingArguments.learning_rate")) {
      add(SCHEDULE_SETTINGS, "lr_end is not below the learning rate", "give a lower one");
    }
  }

  /// TrainingArguments.__post_init__ and EarlyStoppingCallback.on_train_begin.
  private void checkBestModel() {
    String eval = settings.text(EVAL);
    String save = settings.text(SAVE);
    if (settings.flag(BEST)) {
      if (eval.equals("no") || !eval.equals(save)) {
        add(
            BEST,
            "eval_strategy is " + eval + " and save_strategy is " + save,
            "set both to steps, or both to epoch");
      } else if (eval.equals("steps")) {
        int evalSteps = ConfigAssembler.evalSteps(settings);
        if (settings.whole("TrainingArguments.save_steps") % evalSteps != 0) {
          add(BEST, "save_steps is no multiple of eval_steps", "evaluate whenever you save");
        }
      }
    }
    if (settings.isGiven(PATIENCE) && !settings.flag(BEST)) {
      add(PATIENCE, "load_best_model_at_end is not true", "set it, with eval_strategy steps");
    }
  }

  /// Hugging Face's flags that say what a key of ours says too.
  private void checkShorthands() {
    if (settings.flag("TrainingArguments.bf16") && settings.flag("TrainingArguments.fp16")) {
      add("TrainingArguments.fp16", "both bf16 and fp16 are true", "keep one");
    }
    agree("KubetuneConfig.compute_type", ConfigAssembler.computeFlag(settings), "bf16 or fp16");
    agree(
        "KubetuneConfig.loss_on",
        ConfigAssembler.lossFlag(settings),
        "assistant_only_loss or completion_only_loss");
    agree("KubetuneConfig.device", ConfigAssembler.deviceFlag(settings), "use_cpu");
  }

  private void agree(String path, Optional<String> flag, String flagName) {
    if (!settings.isGiven(path) || flag.isEmpty()) {
      return;
    }
    String stated = settings.isGiven(path) ? ConfigAssembler.stated(settings, path) : "";
    if (!stated.equals(flag.get())) {
      add(path, "is " + stated + ", while " + flagName + " says " + flag.get(), "keep one");
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  private void add(String path, String found, String remedy) {
    problems.add(new Problem(settings.place(path), found, remedy));
  }
}
