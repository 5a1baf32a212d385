package io.kubetune.cli.fetch.gguf;

import io.kubetune.cli.fetch.gguf.AdapterTensors.Tensor;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Writes a PEFT LoRA adapter as the GGUF that llama.cpp loads with `--lora`.
///
/// The layout is that of llama.cpp's convert_lora_to_gguf.py with its default output type, 32-bit
/// floats; names and order of rows follow gguf-py.
///
/// ```
/// Gguf.convert(Path.of("adapter"), BaseModel.read(Path.of("SmolLM2-135M")), Path.of("a.gguf"));
/// ```
public final class Gguf {
  static final String ATTEMPTED = "can't write the adapter as GGUF";

  private Gguf() {}

  /// @param adapter folder with adapter_config.json and adapter_model.safetensors
  public static void convert(Path adapter, BaseModel base, Path file) throws IOException {
    JsonNode config =
        Json.MAPPER.readTree(Files.readAllBytes(adapter.resolve("adapter_config.json")));
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", base.architecture());
    metadata.put("general.type", "adapter");
    metadata.put("general.name", "adapter of " + name(config));
    metadata.put("adapter.type", "lora");
    metadata.put("adapter.lora.alpha", alpha(config));
    try (AdapterTensors tensors =
            AdapterTensors.open(adapter.resolve("adapter_model.safetensors"));
        OutputStream out = Files.newOutputStream(file);
        GgufFile gguf = new GgufFile(out)) {
      List<GgufFile.Matrix> matrices = new ArrayList<>();
      for (Tensor each : tensors.tensors()) {
        each.bytesEach(); // refuses a type before anything is written
        matrices.add(new GgufFile.Matrix(named(each).text(), each.rows(), each.columns()));
      }
      gguf.head(metadata, matrices);
      for (Tensor each : tensors.tensors()) {
        gguf.values(ordered(each, tensors.values(each), base));
      }
    }
  }

  private static String name(JsonNode config) {
    String path = config.path("base_model_name_or_path").asString("");
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /// llama.cpp scales by alpha / rank; rsLoRA (PEFT's use_rslora) by alpha / √rank.
  private static float alpha(JsonNode config) {
    for (String key : List.of("alpha_pattern", "rank_pattern")) {
      boolean uniform = config.path(key).isEmpty();
      if (!uniform && (key.equals("alpha_pattern") || config.path("use_rslora").asBoolean(false))) {
        throw unsupported("adapter_config.json " + key, "not the same for all linears", "");
      }
    }
    if (config.path("use_dora").asBoolean(false)) {
      throw unsupported("adapter_config.json use_dora", "true", "llama.cpp has no DoRA");
    }
    double alpha = config.path("lora_alpha").asDouble(0);
    boolean rankStabilized = config.path("use_rslora").asBoolean(false);
    return (float) (rankStabilized ? alpha * Math.sqrt(config.path("r").asInt(1)) : alpha);
  }

  private static GgufNames named(Tensor tensor) {
    return GgufNames.of(tensor.name())
        .orElseThrow(() ->
            unsupported(
                tensor.name(),
                "a tensor that has no place in llama.cpp's adapters",
                "attention's and feed-forward's linears convert"));
  }

  /// Rows of lora_B are the linear's outputs, so they follow the order of its weight's rows.
  private static float[] ordered(Tensor tensor, float[] values, BaseModel base) {
    GgufNames name = named(tensor);
    boolean rotary = name.module().equals("q_proj") || name.module().equals("k_proj");
    if (!name.isB() || !rotary || !base.pairsSideBySide()) {
      return values;
    }
    int heads = name.module().equals("q_proj") ? base.heads() : base.keyValueHeads();
    int headRows = tensor.rows() / heads;
    if (tensor.rows() % heads != 0 || headRows % 2 != 0) {
      throw unsupported(
          tensor.name(),
          tensor.rows() + " rows do not divide into " + heads + " heads",
          "is --model the adapter's base model?");
    }
    float[] moved = new float[values.length];
    for (int row = 0; row < tensor.rows(); row++) {
      int head = row / headRows;
      int within = row % headRows;
      int half = within / (headRows / 2);
      int pair = within % (headRows / 2);
      int target = head * headRows + 2 * pair + half;
      System.arraycopy(
          values, row * tensor.columns(), moved, target * tensor.columns(), tensor.columns());
    }
    return moved;
  }

  static TuneException unsupported(String place, String found, String remedy) {
    return new TuneException(ExitCode.NOT_SUPPORTED, ATTEMPTED, place, found, remedy);
  }
}
