package io.kubetune.cli.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Models whose blocks have the same linears under the same names.
///
/// Names and shapes are those of transformers' modules; default targets are PEFT 0.21's
/// (`TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING`), except phi3, which has none there and
/// gets all of its fused linears.
///
/// ```
/// Family.ofModelType("llama").orElseThrow().linears(dimensions)
/// ```
public enum Family {
  /// Separate projections, gated feed-forward: llama and most others.
  LLAMA(
      List.of("llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text"),
      List.of("q_proj", "v_proj"),
      "model.layers",
      "model.embed_tokens"),
  /// Several feed-forwards a block, a few of them for each token.
  MIXTURE(
      List.of("mixtral", "qwen3_moe"),
      List.of("q_proj", "v_proj"),
      "model.layers",
      "model.embed_tokens"),
  /// phi3 and phi-4: query, key and value in one linear, gate and up in another.
  PHI3(
      List.of("phi3"),
      List.of("qkv_proj", "o_proj", "gate_up_proj", "down_proj"),
      "model.layers",
      "model.embed_tokens"),
  /// phi-1.5 and phi-2: feed-forward without a gate, biases everywhere.
  PHI(
      List.of("phi"),
      List.of("q_proj", "v_proj", "fc1", "fc2"),
      "model.layers",
      "model.embed_tokens"),
  /// falcon: one linear for attention's input, feed-forward without a gate.
  FALCON(
      List.of("falcon"),
      List.of("query_key_value"),
      "transformer.h",
      "transformer.word_embeddings");

  /// One linear of a block: its name below the block, and its weight's shape [out, in].
  public record Linear(String path, int outFeatures, int inFeatures) {
    public long parameters() {
      return (long) outFeatures * inFeatures;
    }

    /// The last part of the path, as `target_modules` names it.
    public String name() {
      return path.substring(path.lastIndexOf('.') + 1);
    }
  }

  private final List<String> modelTypes;
  private final List<String> defaultTargets;
  private final String blocks;
  private final String embedding;

  Family(List<String> modelTypes, List<String> defaultTargets, String blocks, String embedding) {
    this.modelTypes = modelTypes;
    this.defaultTargets = defaultTargets;
    this.blocks = blocks;
    this.embedding = embedding;
  }

  /// Module that holds the blocks by number.
  public String blocks() {
    return blocks;
  }

  /// Module of the token embedding.
  public String embedding() {
    return embedding;
  }

  public static Optional<Family> ofModelType(String modelType) {
    for (Family each : values()) {
      if (each.modelTypes.contains(modelType)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /// What LoRA adapts where the config names nothing.
  public List<String> defaultTargets() {
    return defaultTargets;
  }

  /// The linears of one block, in the order that they are computed in.
  public List<Linear> linears(ModelDimensions model) {
    int hidden = model.hidden();
    int query = model.heads() * model.headWidth();
    int keyValue = model.keyValueHeads() * model.headWidth();
    int inner = model.intermediate();
    List<Linear> linears = new ArrayList<>();
    switch (this) {
      case MIXTURE -> {
        separateAttention(linears, query, keyValue, hidden);
        boolean mixtral = model.modelType().equals("mixtral");
        String mixture = mixtral ? "block_sparse_moe" : "mlp";
        linears.add(new Linear(mixture + ".gate", model.experts(), hidden));
        for (int expert = 0; expert < model.experts(); expert++) {
          String path = mixture + ".experts." + expert + ".";
          linears.add(new Linear(path + (mixtral ? "w1" : "gate_proj"), inner, hidden));
          linears.add(new Linear(path + (mixtral ? "w3" : "up_proj"), inner, hidden));
          linears.add(new Linear(path + (mixtral ? "w2" : "down_proj"), hidden, inner));
        }
      }
      case LLAMA -> {
        separateAttention(linears, query, keyValue, hidden);
        linears.add(new Linear("mlp.gate_proj", inner, hidden));
        linears.add(new Linear("mlp.up_proj", inner, hidden));
        linears.add(new Linear("mlp.down_proj", hidden, inner));
      }
      case PHI3 -> {
        linears.add(new Linear("self_attn.qkv_proj", query + 2 * keyValue, hidden));
        linears.add(new Linear("self_attn.o_proj", hidden, query));
        linears.add(new Linear("mlp.gate_up_proj", 2 * inner, hidden));
        linears.add(new Linear("mlp.down_proj", hidden, inner));
      }
      case PHI -> {
        linears.add(new Linear("self_attn.q_proj", query, hidden));
        linears.add(new Linear("self_attn.k_proj", keyValue, hidden));
        linears.add(new Linear("self_attn.v_proj", keyValue, hidden));
        linears.add(new Linear("self_attn.dense", hidden, query));
        linears.add(new Linear("mlp.fc1", inner, hidden));
        linears.add(new Linear("mlp.fc2", hidden, inner));
      }
      case FALCON -> {
        linears.add(new Linear("self_attention.query_key_value", query + 2 * keyValue, hidden));
        linears.add(new Linear("self_attention.dense", hidden, query));
        linears.add(new Linear("mlp.dense_h_to_4h", inner, hidden));
        linears.add(new Linear("mlp.dense_4h_to_h", hidden, inner));
      }
    }
    return linears;
  }

  private static void separateAttention(List<Linear> linears, int query, int keyValue, int hidden) {
    linears.add(new Linear("self_attn.q_proj", query, hidden));
    linears.add(new Linear("self_attn.k_proj", keyValue, hidden));
    linears.add(new Linear("self_attn.v_proj", keyValue, hidden));
    linears.add(new Linear("self_attn.o_proj", hidden, query));
  }

  /// Biases and norms of one block; small, and needed for an exact count.
  long otherParameters(ModelDimensions model) {
    long norm = model.hidden();
    long attention = (long) (model.heads() + 2 * model.keyValueHeads()) * model.headWidth();
    return switch (model.modelType()) {
      case "qwen2" -> 2 * norm + attention; // biases of query, key and value
      case "qwen3", "qwen3_moe" -> 2 * norm + 2L * model.headWidth(); // norms of query and key
      case "gemma2" -> 4 * norm; // a norm before and after each half
      case "gemma3_text" -> 4 * norm + 2L * model.headWidth();
      // One norm with a bias, and a bias of each linear.
      case "phi" -> 2 * norm + attention + 2L * model.hidden() + model.intermediate();
      // Norms have biases; one a block with multi-query attention, else two.
      case "falcon" -> model.keyValueHeads() == 1 ? 2 * norm : 4 * norm;
      default -> 2 * norm;
    };
  }

  /// Norm and bias after the last block.
  long lastParameters(ModelDimensions model) {
    return switch (this) {
      case LLAMA, MIXTURE, PHI3 -> model.hidden();
      case PHI -> 2L * model.hidden() + model.vocabulary();
      case FALCON -> 2L * model.hidden();
    };
  }
}
