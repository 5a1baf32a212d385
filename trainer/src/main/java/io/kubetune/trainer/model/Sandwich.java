package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.Optional;
import java.util.function.IntFunction;

/// What Gemma 2 and 3 have alike: four norms a layer stored as w−1, a scaled embedding, a scale of
/// their own for scores.
final class Sandwich {
  private Sandwich() {}

  /// What differs from layer to layer.
  record Kind(int window, Rope rope) {}

  static DecoderStack stack(
      ModelBuilder build,
      Widths w,
      IntFunction<Kind> kinds,
      double scoreCap,
      double logitCap,
      boolean normedHeads) {
    ModelConfig c = build.config();
    double epsilon = c.number("rms_norm_eps", 1e-6);
    boolean bias = c.flag("attention_bias", false);
    double scale = 1 / Math.sqrt(c.number("query_pre_attn_scalar", 256));
    Activation activation = Decoders.activation(c, "hidden_activation", "gelu_pytorch_tanh");
    return Decoders.stack(
        build,
        w,
        new Decoders.Ends(
            "model.embed_tokens", "lm_head", false, Math.sqrt(w.hidden()), logitCap, true),
        i -> {
          String p = "model.layers." + i;
          String a = p + ".self_attn";
          Kind kind = kinds.apply(i);
          Attention attention =
              new Attention(
                  i,
                  Decoders.qkv(build, a, w, bias),
                  build.linear(a + ".o_proj", w.queryRows(), w.hidden(), bias),
                  Attention.Layout.STACKED,
                  w.attention(scale, scoreCap, kind.window()),
                  kind.rope(),
                  normedHeads
                      ? Optional.of(build.rmsNorm(a + ".q_norm", w.head(), epsilon, 1))
                      : Optional.empty(),
                  normedHeads
                      ? Optional.of(build.rmsNorm(a + ".k_norm", w.head(), epsilon, 1))
                      : Optional.empty());
          return new Block.Sandwich(
              build.rmsNorm(p + ".input_layernorm", w.hidden(), epsilon, 1),
              attention,
              build.rmsNorm(p + ".post_attention_layernorm", w.hidden(), epsilon, 1),
              build.rmsNorm(p + ".pre_feedforward_layernorm", w.hidden(), epsilon, 1),
              Decoders.gated(build, p + ".mlp", w, activation, false),
              build.rmsNorm(p + ".post_feedforward_layernorm", w.hidden(), epsilon, 1));
        },
        () -> build.rmsNorm("model.norm", w.hidden(), epsilon, 1));
  }
}
