package io.kubetune.cli.inspect;

import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.Json;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainedArchitectures;
import io.kubetune.contract.TrainingConfig.NumberType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A model's `config.json`, in transformers' field names, old style or new.
///
/// ```
/// Optional<ModelDimensions> dimensions = ConfigJson.read(folder, problems);
/// ```
final class ConfigJson {
  private final Path file;
  private final JsonNode root;
  private final List<Problem> problems;

  private ConfigJson(Path file, JsonNode root, List<Problem> problems) {
    this.file = file;
    this.root = root;
    this.problems = problems;
  }

  /// Empty where the file is missing, damaged, or of an architecture that is not trained.
  static Optional<ModelDimensions> read(Path folder, List<Problem> problems) {
    Path file = folder.resolve("config.json");
    if (!Files.isRegularFile(file)) {
      problems.add(
          new Problem(
              folder.toString(),
              "there is no config.json",
              "give the folder with config.json, tokenizer.json and *.safetensors"));
      return Optional.empty();
    }
    try {
      JsonNode root = Json.MAPPER.readTree(Files.readString(file));
      // Multimodal checkpoints keep the language model's fields one level down.
      JsonNode text = root.path("text_config");
      boolean nested = text.isObject() && !root.has("hidden_size");
      return new ConfigJson(file, nested ? text : root, problems).dimensions();
    } catch (JacksonException e) {
      problems.add(
          new Problem(file + ":" + e.getLocation().getLineNr(), "no JSON", "download it again"));
    } catch (IOException e) {
      problems.add(
          new Problem(
              file.toString(), "can't be read: " + e.getMessage(), "check its permissions"));
    }
    return Optional.empty();
  }

  private Optional<ModelDimensions> dimensions() {
    String modelType = root.path("model_type").asString("");
    if (!TrainedArchitectures.MODEL_TYPES.contains(modelType)) {
      String architecture = root.path("architectures").path(0).asString(modelType);
      problems.add(
          new Problem(
              file + " model_type",
              modelType.isEmpty() ? "missing" : architecture + " is not supported",
              "supported: " + String.join(", ", TrainedArchitectures.MODEL_TYPES)));
      return Optional.empty();
    }
    int before = problems.size();
    int hidden = positive("hidden_size");
    int heads = positive("num_attention_heads");
    int layers = positive("num_hidden_layers");
    int vocabulary = positive("vocab_size");
    boolean falcon = modelType.equals("falcon");
    int intermediate =
        switch (modelType) {
          case "falcon" -> root.path("ffn_hidden_size").asInt(4 * hidden);
          case "qwen3_moe" -> positive("moe_intermediate_size");
          default -> positive("intermediate_size");
        };
    int experts =
        switch (modelType) {
          case "mixtral" -> positive("num_local_experts");
          case "qwen3_moe" -> positive("num_experts");
          default -> 0;
        };
    if (problems.size() > before) {
      return Optional.empty();
    }
    // What transformers assumes where the file says nothing.
    boolean tied = falcon || modelType.startsWith("gemma");
    int headWidth = modelType.startsWith("gemma") ? 256 : hidden / heads;
    return Optional.of(
        new ModelDimensions(
            modelType,
            hidden,
            intermediate,
            layers,
            heads,
            falcon ? falconKeyValueHeads(heads) : root.path("num_key_value_heads").asInt(heads),
            root.path("head_dim").asInt(headWidth),
            vocabulary,
            root.path("tie_word_embeddings").asBoolean(tied),
            root.path("max_position_embeddings").asInt(2048),
            experts,
            root.path("num_experts_per_tok").asInt(0),
            NumberType.BFLOAT16)); // weights' headers say what is true
  }

  private int falconKeyValueHeads(int heads) {
    if (root.path("new_decoder_architecture").asBoolean(false)) {
      return root.path("num_kv_heads").asInt(heads);
    }
    return root.path("multi_query").asBoolean(true) ? 1 : heads;
  }

  private int positive(String key) {
    JsonNode value = root.path(key);
    if (!value.isInt() || value.asInt() <= 0) {
      problems.add(
          new Problem(
              file + " " + key,
              value.isMissingNode() ? "missing" : "is " + value,
              "a positive whole number is needed; download it again"));
      return 1;
    }
    return value.asInt();
  }
}
