package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;

/// Gemma 3's language model: Gemma 2 with norms on queries and keys in place of the score cap;
/// every sixth layer sees all, and has a rotation of its own.
///
/// Source: Gemma Team 2025; field and tensor names of transformers' `modeling_gemma3.py`.
final class Gemma3 implements Architecture {
  @Override
  public String modelType() {
    return "gemma3_text";
  }

  @Override
  public List<String> defaultTargets(ModelConfig config) {
    return List.of("q_proj", "v_proj");
  }

  @Override
  public DecoderStack build(ModelBuilder build) {
    ModelConfig c = build.config();
    Widths w = Widths.of(c);
    int pattern = c.integer("sliding_window_pattern", 6);
    Rope global = Rope.of(c, c.rope("full_attention", 1e6), w.head());
    Rope local =
        c.has("rope_parameters")
            ? Rope.of(c, c.rope("sliding_attention", 10000), w.head())
            : Rope.plain(c.number("rope_local_base_freq", 10000), w.head());
    return Sandwich.stack(
        build,
        w,
        i ->
            Windows.slides(c, i, (i + 1) % pattern != 0)
                ? new Sandwich.Kind(c.window("sliding_window").orElse(4096), local)
                : new Sandwich.Kind(Integer.MAX_VALUE, global),
        c.number("attn_logit_softcapping", 0),
        c.number("final_logit_softcapping", 0),
        true);
  }
}
