package io.kubetune.cli.plan;

import io.kubetune.cli.model.Family;
import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Memory;
import java.util.stream.Collectors;

/// What a micro-step's tokens take beside weights: kept activations, logits.
///
/// Symbols: d hidden, q and k width of queries and of keys, f of the feed-forward, R ranks of a
/// layer's adapters together, L layers, H heads, V vocabulary, T tokens of a document, c bytes.
///
/// ```
/// new TokenMemory(dimensions, config, 2).bytesAToken() // 382 KiB: SmolLM2-135M in bf16
/// ```
///
/// @param c bytes of a number that is computed with
record TokenMemory(ModelDimensions model, TrainingConfig config, int c) {
  /// Numbers of a chunk of scores or of logits, at the most.
  private static final long CHUNK = 8L << 20;

  /// Of logits with `memory: small`.
  private static final long CHUNK_SMALL = 2L << 20;

  /// `c·(L·(2d + 2q + 2k + 2f) + 6f + 8d + 2q) + L·(4R + 8H)`: the residual stream before each
  /// half, q, k and v, the mixed values, gate and up, of all layers; one layer's way back; in fp32
  /// the adapters' low rank, and of each head the largest score and the sum of powers. With
  /// `memory: small` only the stream before a layer, and one layer's keepsakes.
  long bytesAToken() {
    long d = model.hidden();
    long q = (long) model.heads() * model.headWidth();
    long k = (long) model.keyValueHeads() * model.headWidth();
    long experts = model.experts() == 0 ? 1 : model.expertsPerToken();
    long f = model.intermediate() * experts;
    long block = 2 * d + 2 * q + 2 * k + 2 * f + dropped();
    if (model.experts() > 0) {
      block += 2 * experts * d; // each expert's tokens are gathered, and its outputs
    }
    long work = 6 * f + 8 * d + 2 * q;
    long layers = model.layers();
    long kept = isSmall() ? 1 : layers; // layers whose keepsakes there are at once
    long streams = isSmall() ? layers * d : 0;
    return c * (work + streams + kept * block) + kept * (4 * ranks() + 8 * model.heads());
  }

  /// Ranks of one layer's adapters; of the experts', those that a token goes through.
  private long ranks() {
    var experts =
        model.family().linears(model).stream()
            .filter(AdapterSize.adapted(model, config.lora()))
            .collect(Collectors.partitioningBy(TokenMemory::isExpert, Collectors.counting()));
    long ofExperts = experts.get(true);
    long used = ofExperts == 0 ? 0 : ofExperts * model.expertsPerToken() / model.experts();
    return (experts.get(false) + used) * config.lora().r();
  }

  private static boolean isExpert(Family.Linear linear) {
    return linear.path().contains(".experts.");
  }

  /// With dropout each adapter has an input of its own, and its mask.
  private long dropped() {
    if (config.lora().dropout() == 0) {
      return 0;
    }
    return 2
        * model.family().linears(model).stream()
            .filter(AdapterSize.adapted(model, config.lora()))
            .filter(each -> !isExpert(each))
            .mapToLong(Family.Linear::inFeatures)
            .sum();
  }

  /// One chunk of logits and their derivative; where more than the product goes into them (a cap, a
  /// bias), in fp32 besides.
  long logitBytes(long tokens) {
    boolean plain = !model.modelType().equals("gemma2") && model.family() != Family.PHI;
    return logits(tokens) * (plain ? 2L * c : 2L * (4 + c));
  }

  /// Without a derivative, and in fp32.
  long evaluatedLogitBytes(long tokens) {
    return logits(tokens) * 2 * 4;
  }

  private long logits(long tokens) {
    return Math.min(tokens * model.vocabulary(), isSmall() ? CHUNK_SMALL : CHUNK);
  }

  private boolean isSmall() {
    return config.kubetune().memory() == Memory.SMALL;
  }
}
