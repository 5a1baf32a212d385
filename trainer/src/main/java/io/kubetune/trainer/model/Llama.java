package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import io.kubetune.trainer.load.Weight;
import java.util.ArrayList;
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
    int hidden = c.required("hidden_size");
    int heads = c.required("num_attention_heads");
    int keyHeads = c.integer("num_key_value_heads", heads);
    int d = c.integer("head_dim", hidden / heads);
    int f = c.required("intermediate_size");
    int vocabulary = c.required("vocab_size");
    double epsilon = c.number("rms_norm_eps", 1e-6);
    boolean attentionBias = c.flag("attention_bias", false);
    boolean mlpBias = c.flag("mlp_bias", false);
    Activation activation = Decoders.activation(c, "hidden_act", "silu");
    Rope rope = Rope.of(c, c.rope("full_attention", 10000), d);
    AttentionCore core =
        new AttentionCore(heads, keyHeads, d, 1 / Math.sqrt(d), 0, Integer.MAX_VALUE);

    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < c.required("num_hidden_layers"); i++) {
      String p = "model.layers." + i;
      Attention attention =
          new Attention(
              i,
              build.stacked(
                  p + ".self_attn",
                  hidden,
                  attentionBias,
                  List.of(
                      build.row("q_proj", (long) heads * d),
                      build.row("k_proj", (long) keyHeads * d),
                      build.row("v_proj", (long) keyHeads * d))),
              build.linear(p + ".self_attn.o_proj", (long) heads * d, hidden, attentionBias),
              Attention.Layout.STACKED,
              core,
              rope,
              Optional.empty(),
              Optional.empty());
      FeedForward mlp =
          new FeedForward.Gated(
              build.stacked(
                  p + ".mlp",
                  hidden,
                  mlpBias,
                  List.of(build.row("gate_proj", f), build.row("up_proj", f))),
              build.linear(p + ".mlp.down_proj", f, hidden, mlpBias),
              activation);
      blocks.add(
          new Block.PreNorm(
              build.rmsNorm(p + ".input_layernorm", hidden, epsilon, 0),
              attention,
              build.rmsNorm(p + ".post_attention_layernorm", hidden, epsilon, 0),
              mlp));
    }
    Weight table = build.table("model.embed_tokens", "model.embed_tokens", vocabulary, hidden);
    return new DecoderStack(
        Decoders.embedding(build, table, 1),
        blocks,
        build.rmsNorm("model.norm", hidden, epsilon, 0),
        new Head(
            Decoders.headWeight(
                build, table, "model.embed_tokens", "lm_head", vocabulary, hidden, false),
            Optional.empty(),
            0),
        hidden,
        vocabulary);
  }
}
