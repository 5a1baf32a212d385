package io.kubetune.trainer.bench;

import io.kubetune.trainer.load.ModelConfig;
import java.util.List;

/// One of a model's linears by its size alone, and how often the model has it.
///
/// ```
/// LinearShape.ofLlama(ModelConfig.read(folder))   // q_proj 576 -> 576, 30 times; …; lm_head 576 -> 49152, once
/// ```
///
/// @param in features of each token that come in: the weight is [out, in]
public record LinearShape(String name, int in, int out, int count) {
  static final String HEAD = "lm_head";

  /// The seven linears of a llama block, then the head; the input embedding is a look-up and costs
  /// no product.
  public static List<LinearShape> ofLlama(ModelConfig config) {
    int hidden = config.required("hidden_size");
    int inner = config.required("intermediate_size");
    int layers = config.required("num_hidden_layers");
    int heads = config.required("num_attention_heads");
    int headSize = config.integer("head_dim", hidden / heads);
    int keyValueSize = config.integer("num_key_value_heads", heads) * headSize;
    return List.of(
        new LinearShape("q_proj", hidden, heads * headSize, layers),
        new LinearShape("k_proj", hidden, keyValueSize, layers),
        new LinearShape("v_proj", hidden, keyValueSize, layers),
        new LinearShape("o_proj", heads * headSize, hidden, layers),
        new LinearShape("gate_proj", hidden, inner, layers),
        new LinearShape("up_proj", hidden, inner, layers),
        new LinearShape("down_proj", inner, hidden, layers),
        new LinearShape(HEAD, hidden, config.required("vocab_size"), 1));
  }

  public boolean isHead() {
    return name.equals(HEAD);
  }

  /// Weights of all of them.
  public long parameters() {
    return (long) in * out * count;
  }

  /// Parameters of a LoRA adapter of this rank: A [rank, in] and B [out, rank].
  public long loraParameters(int rank) {
    return (long) rank * (in + out) * count;
  }
}
