package io.kubetune.contract;

import java.util.List;

/// The architectures that the trainer trains, by `model_type` of config.json; the cli refuses all
/// others before anything is started.
///
/// ```
/// TrainedArchitectures.MODEL_TYPES.contains("llama") // true
/// ```
public final class TrainedArchitectures {
  public static final List<String> MODEL_TYPES =
      List.of(
          "llama",
          "mistral",
          "qwen2",
          "qwen3",
          "phi",
          "phi3",
          "falcon",
          "gemma",
          "gemma2",
          "gemma3_text",
          "mixtral",
          "qwen3_moe");

  private TrainedArchitectures() {}
}
