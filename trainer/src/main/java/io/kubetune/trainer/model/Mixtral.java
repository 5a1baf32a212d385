package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;

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
    Activation activation = Decoders.activation(c, "hidden_act", "silu");
    int experts = c.required("num_local_experts");
    return Mistral.stack(
        build,
        w,
        1e-5,
        1e6,
        i -> {
          String p = "model.layers." + i;
          return new Experts(
                  build,
                  p + ".block_sparse_moe",
                  p + ".mlp",
                  List.of("w1", "w3", "w2"),
                  experts,
                  w.hidden(),
                  w.inner(),
                  activation)
              .mixture(c.integer("num_experts_per_tok", 2), true);
        });
  }
}
