package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;
import java.util.Optional;

/// Gemma: Llama with GELU, norms stored as w−1, and an embedding multiplied by sqrt(hidden).
///
/// Source: Gemma Team 2024; field and tensor names of transformers' `modeling_gemma.py`. The first
/// files say `gelu` and mean its tanh form.
final class Gemma implements Architecture {
  @Override
  public String modelType() {
    return "gemma";
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
    Activation activation =
        c.has("hidden_activation")
            ? Decoders.activation(c, "hidden_activation", "gelu_pytorch_tanh")
            : Activation.GELU_TANH;
    Rope rope = Rope.of(c, c.rope("full_attention", 10000), w.head());
    return Decoders.stack(
        build,
        w,
        new Decoders.Ends("model.embed_tokens", "lm_head", false, Math.sqrt(w.hidden()), 0, true),
        i -> {
          String p = "model.layers." + i;
          Attention attention =
              new Attention(
                  i,
                  Decoders.qkv(build, p + ".self_attn", w, bias),
                  build.linear(p + ".self_attn.o_proj", w.queryRows(), w.hidden(), bias),
                  Attention.Layout.STACKED,
                  w.attention(),
                  rope,
                  Optional.empty(),
                  Optional.empty());
          return new Block.PreNorm(
              build.rmsNorm(p + ".input_layernorm", w.hidden(), epsilon, 1),
              attention,
              build.rmsNorm(p + ".post_attention_layernorm", w.hidden(), epsilon, 1),
              Decoders.gated(build, p + ".mlp", w, activation, false));
        },
        () -> build.rmsNorm("model.norm", w.hidden(), epsilon, 1));
  }
}
