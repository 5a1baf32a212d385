package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;
import java.util.Optional;

/// Falcon, in the forms of 7B (one key head, one norm a layer) and 40B (key heads in groups, two
/// norms).
///
/// Source: Almazrouei et al. 2023; field and tensor names of transformers' `modeling_falcon.py`.
/// The older form with ALiBi positions (Falcon-RW) is refused.
final class Falcon implements Architecture {
  @Override
  public String modelType() {
    return "falcon";
  }

  @Override
  public List<String> defaultTargets(ModelConfig config) {
    return List.of("query_key_value");
  }

  @Override
  public DecoderStack build(ModelBuilder build) {
    ModelConfig c = build.config();
    if (c.flag("alibi", false)) {
      throw c.problem("alibi", "is true", "only rotary positions are supported");
    }
    int hidden = c.required("hidden_size");
    int heads = c.required("num_attention_heads");
    boolean grouped = c.flag("new_decoder_architecture", false);
    int keyHeads =
        grouped ? c.integer("num_kv_heads", heads) : c.flag("multi_query", true) ? 1 : heads;
    boolean parallel = grouped || c.flag("parallel_attn", true);
    boolean twoNorms = grouped && c.integer("num_ln_in_parallel_attn", 2) == 2;
    boolean bias = c.flag("bias", false);
    int inner = c.integer("ffn_hidden_size", 4 * hidden);
    Widths w =
        new Widths(
            hidden,
            heads,
            keyHeads,
            hidden / heads,
            inner,
            c.required("num_hidden_layers"),
            c.required("vocab_size"));
    double epsilon = c.number("layer_norm_epsilon", 1e-5);
    Activation activation = Decoders.activation(c, "activation", "gelu");
    Rope rope = Rope.of(c, c.rope("full_attention", 10000), w.head());
    return Decoders.stack(
        build,
        w,
        new Decoders.Ends("transformer.word_embeddings", "lm_head", false, 1, 0, true),
        i -> {
          String p = "transformer.h." + i;
          Attention attention =
              new Attention(
                  i,
                  build.linear(
                      p + ".self_attention.query_key_value",
                      hidden,
                      w.queryRows() + 2 * w.keyRows(),
                      bias),
                  build.linear(p + ".self_attention.dense", w.queryRows(), hidden, bias),
                  Attention.Layout.GROUPED,
                  w.attention(),
                  rope,
                  Optional.empty(),
                  Optional.empty());
          FeedForward mlp =
              new FeedForward.Plain(
                  build.linear(p + ".mlp.dense_h_to_4h", hidden, inner, bias),
                  build.linear(p + ".mlp.dense_4h_to_h", inner, hidden, bias),
                  activation);
          if (twoNorms) {
            return new Block.Parallel(
                build.layerNorm(p + ".ln_attn", hidden, epsilon),
                build.layerNorm(p + ".ln_mlp", hidden, epsilon),
                attention,
                mlp);
          }
          Norm norm = build.layerNorm(p + ".input_layernorm", hidden, epsilon);
          return parallel
              ? new Block.Parallel(norm, norm, attention, mlp)
              : new Block.PreNorm(
                  norm,
                  attention,
                  build.layerNorm(p + ".post_attention_layernorm", hidden, epsilon),
                  mlp);
        },
        () -> build.layerNorm("transformer.ln_f", hidden, epsilon));
  }
}
