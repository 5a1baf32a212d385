package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;

/// Gemma 2: norms before and after each part, soft caps on scores and logits, every other layer
/// with a window.
///
/// Source: Gemma Team 2024; field and tensor names of transformers' `modeling_gemma2.py`.
final class Gemma2 implements Architecture {
  @Override
  public String modelType() {
    return "gemma2";
  }

  @Override
  public List<String> defaultTargets(ModelConfig config) {
    return List.of("q_proj", "v_proj");
  }

  @Override
  public DecoderStack build(ModelBuilder build) {
    ModelConfig c = build.config();
    Widths w = Widths.of(c);
    Rope rope = Rope.of(c, c.rope("full_attention", 10000), w.head());
    return Sandwich.stack(
        build,
        w,
        i ->
            new Sandwich.Kind(
                Windows.slides(c, i, i % 2 == 0)
                    ? c.window("sliding_window").orElse(4096)
                    : Integer.MAX_VALUE,
                rope),
        c.number("attn_logit_softcapping", 0),
        c.number("final_logit_softcapping", 0),
        false);
  }
}
