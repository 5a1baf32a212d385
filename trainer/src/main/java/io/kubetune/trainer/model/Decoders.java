package io.kubetune.trainer.model;

import io.kubetune.trainer.load.ModelConfig;
import io.kubetune.trainer.load.Weight;

/// The ends that all decoders have alike: embedding, head, and the name of the nonlinearity.
final class Decoders {
  private Decoders() {}

  static Embedding embedding(ModelBuilder build, Weight table, double factor) {
    return new Embedding(table, factor, build.noise(), build.computeType());
  }

  /// The head's own table, or the embedding's where they are tied (and the file holds no other).
  ///
  /// @param tiedByDefault what the architecture's configuration class has for `tie_word_embeddings`
  static Weight headWeight(
      ModelBuilder build,
      Weight embedding,
      String embeddingModule,
      String module,
      int vocabulary,
      int hidden,
      boolean tiedByDefault) {
    boolean tied = build.config().flag("tie_word_embeddings", tiedByDefault);
    if (tied && !build.isSavedWhole(module)) {
      return embedding;
    }
    return build.table(module, tied ? embeddingModule : module, vocabulary, hidden);
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
