package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;
import java.util.Optional;

/// Llama 2 and 3, SmolLM2, TinyLlama, CodeLlama: RMS norms, grouped-query attention with rotary
/// positions, SwiGLU.
///
/// Source: Touvron et al. 2023; field and tensor names of transformers' `modeling_llama.py`.
final class Llama implements Architecture {
  @Override
  public String modelType() {
    return "llama";
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
    boolean bias = c.flag("attention_bias", false);
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
                  Decoders.qkv(build, p + ".self_attn", w, bias), // [T,hidden] to [T,(H+2K)d]
                  build.linear(p + ".self_attn.o_proj", w.queryRows(), w.hidden(), bias),
                  Attention.Layout.STACKED,
                  w.attention(),
                  rope,
                  Optional.empty(),
                  Optional.empty());
          return new Block.PreNorm(
              build.rmsNorm(p + ".input_layernorm", w.hidden(), epsilon, 0),
              attention,
              build.rmsNorm(p + ".post_attention_layernorm", w.hidden(), epsilon, 0),
              Decoders.gated(build, p + ".mlp", w, activation, c.flag("mlp_bias", false)));
        },
        () -> build.rmsNorm("model.norm", w.hidden(), epsilon, 0));
  }
}
