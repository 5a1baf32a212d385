package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;
import java.util.Optional;

/// Mixtral: Mistral with a mixture of experts in each layer, whose chosen weights sum to 1.
///
/// Source: Jiang et al. 2024; field and tensor names of transformers' `modeling_mixtral.py`.
final class Mixtral implements Architecture {
  @Override
  public String modelType() {
    return "mixtral";
  }

  @Override
  public List<String> defaultTargets(ModelConfig config) {
    return List.of("q_proj", "v_proj");
  }

  @Override
  public DecoderStack build(ModelBuilder build) {
    ModelConfig c = build.config();
    Widths w = Widths.of(c);
    double epsilon = c.number("rms_norm_eps", 1e-5);
    int window = c.window("sliding_window").orElse(Integer.MAX_VALUE);
    AttentionCore core = w.attention(1 / Math.sqrt(w.head()), 0, window);
    Activation activation = Decoders.activation(c, "hidden_act", "silu");
    Rope rope = Rope.of(c, c.rope("full_attention", 1e6), w.head());
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
          Experts experts =
              new Experts(
                  build,
                  p + ".block_sparse_moe",
                  p + ".mlp",
                  List.of("w1", "w3", "w2"),
                  c.required("num_local_experts"),
                  w.hidden(),
                  w.inner(),
                  activation);
          return new Block.PreNorm(
              build.rmsNorm(p + ".input_layernorm", w.hidden(), epsilon, 0),
              attention,
              build.rmsNorm(p + ".post_attention_layernorm", w.hidden(), epsilon, 0),
              experts.mixture(c.integer("num_experts_per_tok", 2), true));
        },
        () -> build.rmsNorm("model.norm", w.hidden(), epsilon, 0));
  }
}
