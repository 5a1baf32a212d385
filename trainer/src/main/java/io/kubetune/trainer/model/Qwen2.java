package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;
import java.util.Optional;

/// Qwen 2 and 2.5, Coder too: Llama with biases on q, k and v, and a window that most checkpoints
/// switch off.
///
/// Source: Yang et al. 2024; field and tensor names of transformers' `modeling_qwen2.py`.
final class Qwen2 implements Architecture {
  @Override
  public String modelType() {
    return "qwen2";
  }

  @Override
  public List<String> defaultTargets(ModelConfig config) {
    return List.of("q_proj", "v_proj");
  }

  @Override
  public DecoderStack build(ModelBuilder build) {
    ModelConfig c = build.config();
    Widths w = Widths.of(c);
    double epsilon = c.number("rms_norm_eps", 1e-6);
    Activation activation = Decoders.activation(c, "hidden_act", "silu");
    Rope rope = Rope.of(c, c.rope("full_attention", 10000), w.head());
    return Decoders.stack(
        build,
        w,
        Decoders.Ends.plain(),
        i -> {
          String p = "model.layers." + i;
          Attention attention =
              new Attention(
                  i,
                  Decoders.qkv(build, p + ".self_attn", w, true),
                  build.linear(p + ".self_attn.o_proj", w.queryRows(), w.hidden(), false),
                  Attention.Layout.STACKED,
                  w.attention(1 / Math.sqrt(w.head()), 0, Windows.qwen(c, i)),
                  rope,
                  Optional.empty(),
                  Optional.empty());
          return new Block.PreNorm(
              build.rmsNorm(p + ".input_layernorm", w.hidden(), epsilon, 0),
              attention,
              build.rmsNorm(p + ".post_attention_layernorm", w.hidden(), epsilon, 0),
              Decoders.gated(build, p + ".mlp", w, activation, false));
        },
        () -> build.rmsNorm("model.norm", w.hidden(), epsilon, 0));
  }
}
