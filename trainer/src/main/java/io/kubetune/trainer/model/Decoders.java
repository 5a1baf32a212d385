package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import io.kubetune.trainer.load.Weight;
import io.kubetune.trainer.lora.Linear;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// The parts that most decoders have under the same names: q/k/v, gate/up, embedding and head.
final class Decoders {
  private Decoders() {}

  /// `q_proj`, `k_proj`, `v_proj` in one product.
  static Linear qkv(ModelBuilder build, String attention, Widths w, boolean bias) {
    return build.stacked(
        attention,
        w.hidden(),
        bias,
        List.of(
            build.row("q_proj", w.queryRows()),
            build.row("k_proj", w.keyRows()),
            build.row("v_proj", w.keyRows())));
  }

  /// `gate_proj`, `up_proj`, `down_proj`.
  static FeedForward gated(
      ModelBuilder build, String mlp, Widths w, Activation activation, boolean bias) {
    return new FeedForward.Gated(
        build.stacked(
            mlp,
            w.hidden(),
            bias,
            List.of(build.row("gate_proj", w.inner()), build.row("up_proj", w.inner()))),
        build.linear(mlp + ".down_proj", w.inner(), w.hidden(), bias),
        activation);
  }

  /// What stands around the layers.
  ///
  /// @param embeddingFactor what the embedding is multiplied by
  /// @param softcap of the logits, 0: none
  /// @param tiedByDefault what the architecture's configuration class has for `tie_word_embeddings`
  record Ends(
      String embedding,
      String head,
      boolean headBias,
      double embeddingFactor,
      double softcap,
      boolean tiedByDefault) {
    static Ends plain() {
      return new Ends("model.embed_tokens", "lm_head", false, 1, 0, false);
    }
  }

  static DecoderStack stack(
      ModelBuilder build,
      Widths w,
      Ends ends,
      IntFunction<Block> block,
      java.util.function.Supplier<Norm> finalNorm) {
    boolean tied = build.config().flag("tie_word_embeddings", ends.tiedByDefault());
    Weight table =
        build.table(ends.embedding(), ends.embedding(), w.vocabulary(), w.hidden(), !tied);
    List<Block> blocks = IntStream.range(0, w.layers()).mapToObj(block).toList();
    Weight head =
        tied && !build.isSavedWhole(ends.head())
            ? table
            : build.table(
                ends.head(),
                tied ? ends.embedding() : ends.head(),
                w.vocabulary(),
                w.hidden(),
                false);
    return new DecoderStack(
        new Embedding(table, ends.embeddingFactor(), build.noise()),
        blocks,
        finalNorm.get(),
        new Head(
            head,
            ends.headBias()
                ? Optional.of(build.vector(ends.head() + ".bias", w.vocabulary()))
                : Optional.empty(),
            ends.softcap(),
            build.isSmall()),
        w.hidden(),
        w.vocabulary());
  }

  static Activation activation(ModelConfig config, String key, String otherwise) {
    Activation activation = Activation.named(config.text(key, otherwise));
    if (activation == null) {
      throw config.problem(
          key,
          "is " + config.text(key, otherwise),
          "silu, gelu, gelu_new, gelu_pytorch_tanh and relu are supported");
    }
    return activation;
  }
}
