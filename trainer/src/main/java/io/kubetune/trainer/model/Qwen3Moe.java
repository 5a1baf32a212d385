package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;

/// Qwen 3's mixtures: Qwen 3 with experts in the layers that config.json names.
///
/// Source: Yang et al. 2025; field and tensor names of transformers' `modeling_qwen3_moe.py`.
final class Qwen3Moe implements Architecture {
  @Override
  public String modelType() {
    return "qwen3_moe";
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
    int every = c.integer("decoder_sparse_step", 1);
    int experts = c.required("num_experts");
    return Qwen3.stack(
        build,
        w,
        i -> {
          String p = "model.layers." + i + ".mlp";
          boolean dense = (i + 1) % every != 0;
          for (var layer : c.node("mlp_only_layers")) {
            dense |= layer.asInt() == i;
          }
          return dense
              ? Decoders.gated(build, p, w, activation, false)
              : new Experts(
                      build,
                      p,
                      p,
                      List.of("gate_proj", "up_proj", "down_proj"),
                      experts,
                      w.hidden(),
                      c.required("moe_intermediate_size"),
                      activation)
                  .mixture(c.integer("num_experts_per_tok", 8), c.flag("norm_topk_prob", false));
        });
  }
}
