package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;
import java.util.stream.Collectors;

/// Every architecture that can be trained, by its `model_type`.
final class Architectures {
  private static final List<Architecture> ALL =
      List.of(
          new Llama(),
          new Mistral(),
          new Qwen2(),
          new Qwen3(),
          new Phi(),
          new Phi3(),
          new Falcon(),
          new Gemma(),
          new Gemma2(),
          new Gemma3(),
          new Mixtral(),
          new Qwen3Moe());

  private Architectures() {}

  static Architecture of(ModelConfig config) {
    return ALL.stream()
        .filter(each -> each.modelType().equals(config.modelType()))
        .findFirst()
        .orElseThrow(() ->
            config.problem(
                "model_type",
                "the architecture '" + config.modelType() + "' is not supported",
                "supported are "
                    + ALL.stream().map(Architecture::modelType).collect(Collectors.joining(", "))));
  }
}
