package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;
import java.util.Optional;

/// Phi-3, 3.5, 4 and 4-mini: Llama with q/k/v and gate/up fused in the checkpoint, a window, and
/// longrope.
///
/// Source: Abdin et al. 2024; field and tensor names of transformers' `modeling_phi3.py`. PEFT has
/// no default targets for it.
final class Phi3 implements Architecture {
  @Override
  public String modelType() {
    return "phi3";
  }

  @Override
  public List<String> defaultTargets(ModelConfig config) {
    return List.of("qkv_proj", "o_proj", "gate_up_proj", "down_proj");
  }

  @Override
  public DecoderStack build(ModelBuilder build) {
    ModelConfig c = build.config();
    Widths w = Widths.of(c);
    double epsilon = c.number("rms_norm_eps", 1e-5);
    int window = c.window("sliding_window").orElse(Integer.MAX_VALUE);
    AttentionCore core = w.attention(1 / Math.sqrt(w.head()), 0, window);
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
                  build.linear(
                      p + ".self_attn.qkv_proj",
                      w.hidden(),
                      w.queryRows() + 2 * w.keyRows(),
                      false),
                  build.linear(p + ".self_attn.o_proj", w.queryRows(), w.hidden(), false),
                  Attention.Layout.STACKED,
                  core,
                  rope,
                  Optional.empty(),
                  Optional.empty());
          FeedForward mlp =
              new FeedForward.Gated(
                  build.linear(p + ".mlp.gate_up_proj", w.hidden(), 2L * w.inner(), false),
                  build.linear(p + ".mlp.down_proj", w.inner(), w.hidden(), false),
                  activation);
          return new Block.PreNorm(
              build.rmsNorm(p + ".input_layernorm", w.hidden(), epsilon, 0),
              attention,
              build.rmsNorm(p + ".post_attention_layernorm", w.hidden(), epsilon, 0),
              mlp);
        },
        () -> build.rmsNorm("model.norm", w.hidden(), epsilon, 0));
  }
}
