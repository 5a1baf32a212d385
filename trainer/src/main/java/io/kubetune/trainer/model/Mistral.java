package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// Mistral 7B and its kin: Llama with a sliding window, where config.json sets one.
///
/// Source: Jiang et al. 2023; field and tensor names of transformers' `modeling_mistral.py`.
final class Mistral implements Architecture {
  @Override
  public String modelType() {
    return "mistral";
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
        build,
        w,
        1e-6,
        10000,
        i -> Decoders.gated(build, "model.layers." + i + ".mlp", w, activation, false));
  }

  /// Mistral with any feed-forward block; the mixture differs in nothing else but two defaults.
  ///
  /// @param epsilonByDefault what the configuration class has for `rms_norm_eps`
  /// @param thetaByDefault and for `rope_theta`
  static DecoderStack stack(
      ModelBuilder build,
      Widths w,
      double epsilonByDefault,
      double thetaByDefault,
      IntFunction<FeedForward> feedForward) {
    ModelConfig c = build.config();
    double epsilon = c.number("rms_norm_eps", epsilonByDefault);
    int window = c.window("sliding_window").orElse(Integer.MAX_VALUE);
    AttentionCore core = w.attention(1 / Math.sqrt(w.head()), 0, window);
    Rope rope = Rope.of(c, c.rope("full_attention", thetaByDefault), w.head());
    return Decoders.stack(
        build,
        w,
        Decoders.Ends.plain(),
        i -> {
          String p = "model.layers." + i;
          Attention attention =
              new Attention(
                  i,
                  Decoders.qkv(build, p + ".self_attn", w, false),
                  build.linear(p + ".self_attn.o_proj", w.queryRows(), w.hidden(), false),
                  Attention.Layout.STACKED,
                  core,
                  rope,
                  Optional.empty(),
                  Optional.empty());
          return new Block.PreNorm(
              build.rmsNorm(p + ".input_layernorm", w.hidden(), epsilon, 0),
              attention,
              build.rmsNorm(p + ".post_attention_layernorm", w.hidden(), epsilon, 0),
              feedForward.apply(i));
        },
        () -> build.rmsNorm("model.norm", w.hidden(), epsilon, 0));
  }
}
