package io.kubetune.trainer.write;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.contract.TrainingConfig.Modules;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The text of `adapter_config.json`: every field that PEFT's LoraConfig writes, in its order and
/// with its defaults.
///
/// ```
/// String json = AdapterConfig.json(config.model(), model.adapter());
/// ```
final class AdapterConfig {
  /// The release whose form this is.
  private static final String PEFT_VERSION = "0.21.2";

  private AdapterConfig() {}

  /// @param lora with every choice made: names in place of an architecture's default
  static String json(TrainingConfig.Model base, Lora lora) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putNull("alora_invocation_tokens");
    ObjectNode alphas = json.putObject("alpha_pattern");
    new TreeMap<>(lora.alphaPattern()).forEach((name, alpha) -> putNumber(alphas, name, alpha));
    json.putNull("arrow_config").putNull("auto_mapping");
    json.put("base_model_name_or_path", base.path());
    json.put("bias", lora.bias().name().toLowerCase(Locale.ROOT));
    json.putNull("corda_config").put("ensure_weight_tying", false).putNull("eva_config");
    modules(json, "exclude_modules", lora.excludeModules());
    json.put("fan_in_fan_out", false).put("inference_mode", true);
    switch (lora.init()) {
      case KAIMING -> json.put("init_lora_weights", true);
      case GAUSSIAN -> json.put("init_lora_weights", "gaussian");
    }
    json.putNull("kasa_config").putNull("layer_replication");
    json.put("layers_pattern", lora.layersPattern().orElse(null));
    if (lora.layersToTransform().isEmpty()) {
      json.putNull("layers_to_transform");
    } else {
      ArrayNode layers = json.putArray("layers_to_transform");
      lora.layersToTransform().forEach(layers::add);
    }
    json.putObject("loftq_config");
    putNumber(json, "lora_alpha", lora.alpha());
    json.put("lora_bias", false).put("lora_dropout", lora.dropout());
    json.putNull("lora_ga_config").putNull("megatron_config");
    json.put("megatron_core", "megatron.core");
    if (lora.modulesToSave().isEmpty()) {
      json.putNull("modules_to_save");
    } else {
      names(json.putArray("modules_to_save"), lora.modulesToSave());
    }
    json.putNull("monteclora_config");
    json.put("peft_type", "LORA").put("peft_version", PEFT_VERSION);
    json.put("qalora_group_size", 16).put("r", lora.r());
    ObjectNode ranks = json.putObject("rank_pattern");
    new TreeMap<>(lora.rankPattern()).forEach((name, rank) -> ranks.put(name, rank.intValue()));
    json.put("revision", base.revision().orElse(null));
    modules(json, "target_modules", lora.targetModules());
    if (lora.targetParameters().isEmpty()) {
      json.putNull("target_parameters");
    } else {
      names(json.putArray("target_parameters"), lora.targetParameters());
    }
    json.put("task_type", "CAUSAL_LM");
    json.putNull("trainable_token_indices").putNull("use_bdlora");
    json.put("use_dora", lora.dora()).put("use_qalora", false);
    json.put("use_rslora", lora.rankStabilized()).putNull("velora_config");
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(json);
  }

  private static void modules(ObjectNode json, String key, Optional<Modules> modules) {
    switch (modules.orElse(null)) {
      case null -> json.putNull(key);
      case Modules.Names(var names) -> names(json.putArray(key), names);
      case Modules.Pattern(var regex) -> json.put(key, regex);
      case Modules.AllLinear() -> json.put(key, "all-linear");
    }
  }

  private static void names(ArrayNode array, Collection<String> names) {
    names.forEach(array::add);
  }

  private static void putNumber(ObjectNode json, String key, double value) {
    if (value == Math.rint(value)) {
      json.put(key, (long) value);
    } else {
      json.put(key, value);
    }
  }
}
