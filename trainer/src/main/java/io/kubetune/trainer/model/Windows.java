package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;

/// Which layers see a sliding window, where an architecture mixes both kinds.
final class Windows {
  private Windows() {}

  /// Whether a layer slides, from `layer_types` where the file has it.
  static boolean slides(ModelConfig c, int layer, boolean otherwise) {
    return c.node("layer_types").isArray()
        ? c.node("layer_types").path(layer).asString("").equals("sliding_attention")
        : otherwise;
  }

  /// Qwen: `sliding_window` counts only with `use_sliding_window`, and from layer
  /// `max_window_layers` on.
  static int qwen(ModelConfig c, int layer) {
    boolean slides = slides(c, layer, layer >= c.integer("max_window_layers", 28));
    return c.flag("use_sliding_window", false) && slides
        ? c.window("sliding_window").orElse(Integer.MAX_VALUE)
        : Integer.MAX_VALUE;
  }
}
