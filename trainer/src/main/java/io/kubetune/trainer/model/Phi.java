package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;
import java.util.Optional;

/// Phi-1, 1.5 and 2: one layer norm, then attention and feed-forward side by side; biases
/// everywhere, a part of each head turns.
///
/// Source: Li et al. 2023; field and tensor names of transformers' `modeling_phi.py`.
final class Phi implements Architecture {
  @Override
  public String modelType() {
    return "phi";
  }

  @Override
  public List<String> defaultTargets(ModelConfig config) {
    return List.of("q_proj", "v_proj", "fc1", "fc2");
  }

  @Override
  public DecoderStack build(ModelBuilder build) {
    ModelConfig c = build.config();
    Widths w = Widths.of(c);
    double epsilon = c.number("layer_norm_eps", 1e-5);
    boolean normedHeads = c.flag("qk_layernorm", false);
    Activation activation = Decoders.activation(c, "hidden_act", "gelu_new");
    Rope rope =
        Rope.of(
            c,
            c.has("rope_parameters") || c.has("partial_rotary_factor")
                ? c.rope("full_attention", 10000)
                : c.rope("full_attention", 10000).withShare(0.5),
            w.head());
    return Decoders.stack(
        build,
        w,
        new Decoders.Ends("model.embed_tokens", "lm_head", true, 1, 0, false),
        i -> {
          String p = "model.layers." + i;
          Norm norm = build.layerNorm(p + ".input_layernorm", w.hidden(), epsilon);
          Attention attention =
              new Attention(
                  i,
                  Decoders.qkv(build, p + ".self_attn", w, true),
                  build.linear(p + ".self_attn.dense", w.queryRows(), w.hidden(), true),
                  Attention.Layout.STACKED,
                  w.attention(),
                  rope,
                  normedHeads
                      ? Optional.of(
                          build.layerNorm(p + ".self_attn.q_layernorm", w.head(), epsilon))
                      : Optional.empty(),
                  normedHeads
                      ? Optional.of(
                          build.layerNorm(p + ".self_attn.k_layernorm", w.head(), epsilon))
                      : Optional.empty());
          FeedForward mlp =
              new FeedForward.Plain(
                  build.linear(p + ".mlp.fc1", w.hidden(), w.inner(), true),
                  build.linear(p + ".mlp.fc2", w.inner(), w.hidden(), true),
                  activation);
          return new Block.Parallel(norm, norm, attention, mlp);
        },
        () -> build.layerNorm("model.final_layernorm", w.hidden(), epsilon));
  }
}
