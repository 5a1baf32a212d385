package io.kubetune.cli.fetch.gguf;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What a conversion must know of the base model: llama.cpp's name of the architecture, and the
/// heads, because it keeps queries and keys of some models in another order.
///
/// ```
/// BaseModel base = BaseModel.read(Path.of("SmolLM2-135M"));
/// ```
public record BaseModel(String architecture, int heads, int keyValueHeads) {
  /// From transformers' model_type, as llama.cpp's convert_hf_to_gguf.py has it.
  private static final Map<String, String> ARCHITECTURES =
      Map.of(
          "llama", "llama",
          "mistral", "llama",
          "qwen2", "qwen2",
          "qwen3", "qwen3",
          "phi3", "phi3",
          "gemma", "gemma",
          "gemma2", "gemma2",
          "gemma3_text", "gemma3");

  /// Rotary pairs lie side by side in llama.cpp's llama and half a head apart in transformers.
  boolean pairsSideBySide() {
    return architecture.equals("llama");
  }

  /// @param folder with the base model's config.json
  public static BaseModel read(Path folder) {
    Path file = folder.resolve("config.json");
    try {
      JsonNode root = Json.MAPPER.readTree(Files.readAllBytes(file));
      String modelType = root.path("model_type").asString("");
      String architecture = ARCHITECTURES.get(modelType);
      int heads = root.path("num_attention_heads").asInt(0);
      if (architecture == null || heads <= 0) {
        throw Gguf.unsupported(
            file.toString(),
            "model_type '" + modelType + "', " + heads + " heads",
            "these convert: "
                + String.join(", ", ARCHITECTURES.keySet().stream().sorted().toList()));
      }
      return new BaseModel(architecture, heads, root.path("num_key_value_heads").asInt(heads));
    } catch (IOException | JacksonException e) {
      throw new TuneException(
          ExitCode.BAD_MODEL,
          Gguf.ATTEMPTED,
          file.toString(),
          "no readable config.json of the base model",
          "name the base model's folder with --model",
          e);
    }
  }
}
