package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// Qwen 3: Llama with an RMS norm on each head's query and key, before the rotation.
///
/// Source: Yang et al. 2025; field and tensor names of transformers' `modeling_qwen3.py`.
final class Qwen3 implements Architecture {
  @Override
  public String modelType() {
    return "qwen3";
  }

  @Override
  public List<String> defaultTargets(ModelConfig config) {
    return List.of("q_proj", "v_proj");
  }

  @Override
  public DecoderStack build(ModelBuilder build) {
    ModelConfig c = build.config();
    Widths w = Widths.of(c);
    Activation activation = Decoders.activation(c, "hidden_act", "silu");
    return stack(
        build, w, i -> Decoders.gated(build, "model.layers." + i + ".mlp", w, activation, false));
  }

  /// Qwen 3 with any feed-forward block; the mixture differs in nothing else.
  static DecoderStack stack(ModelBuilder build, Widths w, IntFunction<FeedForward> feedForward) {
    ModelConfig c = build.config();
    double epsilon = c.number("rms_norm_eps", 1e-6);
    boolean bias = c.flag("attention_bias", false);
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
                  Decoders.qkv(build, p + ".self_attn", w, bias),
                  build.linear(p + ".self_attn.o_proj", w.queryRows(), w.hidden(), bias),
                  Attention.Layout.STACKED,
                  w.attention(1 / Math.sqrt(w.head()), 0, Windows.qwen(c, i)),
                  rope,
                  Optional.of(build.rmsNorm(p + ".self_attn.q_norm", w.head(), epsilon, 0)),
                  Optional.of(build.rmsNorm(p + ".self_attn.k_norm", w.head(), epsilon, 0)));
          return new Block.PreNorm(
              build.rmsNorm(p + ".input_layernorm", w.hidden(), epsilon, 0),
              attention,
              build.rmsNorm(p + ".post_attention_layernorm", w.hidden(), epsilon, 0),
              feedForward.apply(i));
        },
        () -> build.rmsNorm("model.norm", w.hidden(), epsilon, 0));
  }
}
