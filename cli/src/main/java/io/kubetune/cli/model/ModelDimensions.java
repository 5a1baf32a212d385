package io.kubetune.cli.model;

import io.kubetune.contract.TrainingConfig.NumberType;

/// The sizes that decide how much a model costs: all that memory and speed are estimated from.
///
/// ```
/// ModelDimensions smollm2 =
///     new ModelDimensions("llama", 576, 1536, 30, 9, 3, 64, 49152, true, 8192, 0, 0, BFLOAT16);
/// smollm2.parameters() // 134_515_008
/// ```
///
/// @param modelType of config.json: llama, phi3, …
/// @param intermediate width of the feed-forward, or of one expert
/// @param headWidth dimensions of one attention head
/// @param tied the head is the embedding
/// @param contextTokens longest document that the model was made for
/// @param experts feed-forwards of a block; 0 where there is just one
/// @param expertsPerToken how many of them a token goes through
/// @param stored what its files hold
public record ModelDimensions(
    String modelType,
    int hidden,
    int intermediate,
    int layers,
    int heads,
    int keyValueHeads,
    int headWidth,
    int vocabulary,
    boolean tied,
    int contextTokens,
    int experts,
    int expertsPerToken,
    NumberType stored) {

  public ModelDimensions withStored(NumberType type) {
    return new ModelDimensions(
        modelType,
        hidden,
        intermediate,
        layers,
        heads,
        keyValueHeads,
        headWidth,
        vocabulary,
        tied,
        contextTokens,
        experts,
        expertsPerToken,
        type);
  }

  public Family family() {
    return Family.ofModelType(modelType)
        .orElseThrow(() -> new IllegalStateException("no family of " + modelType));
  }

  /// Weights of all blocks' linears: what QLoRA quantizes.
  public long linearParameters() {
    long block = family().linears(this).stream().mapToLong(Family.Linear::parameters).sum();
    return block * layers;
  }

  /// The embedding, and the head where it is another tensor.
  public long embeddingParameters() {
    return (long) vocabulary * hidden * (tied ? 1 : 2);
  }

  /// Every weight of the model.
  public long parameters() {
    return linearParameters()
        + embeddingParameters()
        + layers * family().otherParameters(this)
        + family().lastParameters(this);
  }
}
