package io.kubetune.cli.plan;

import io.kubetune.cli.model.Family;
import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Memory;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import java.util.function.Predicate;

/// What training will hold in memory at its peak, in bytes, part by part.
///
/// Symbols: d hidden, q and k width of queries and of keys, f width of the feed-forward, V
/// vocabulary, T tokens of a micro-step, L layers, c bytes of a number that is computed with.
///
/// ```
/// MemoryEstimate.of(dimensions, config, NumberType.FLOAT32).totalBytes()
/// ```
///
/// @param weightBytes of the frozen model
/// @param adapterBytes trained parameters and their gradients, both fp32
/// @param optimizerBytes AdamW's two moments, fp32
/// @param activationBytes what the forward pass keeps for the backward pass, and one block's work
/// @param logitBytes of the chunks that the loss is computed in
/// @param runtimeBytes JVM and libtorch, before a model is loaded
public record MemoryEstimate(
    long weightBytes,
    long adapterBytes,
    long optimizerBytes,
    long activationBytes,
    long logitBytes,
    long runtimeBytes) {

  /// NF4 with double quantization: 4 bits, 8 bits for each 64 weights, 32 for each 256 of these
  /// (Dettmers et al. 2023); without it 32 bits for each 64.
  private static final double NF4_BITS = 4 + 32.0 / 64;

  private static final double NF4_DOUBLE_QUANTIZED_BITS = 4 + 8.0 / 64 + 32.0 / (64 * 256);

  /// The trainer's head computes at most so many logits at once.
  private static final long CHUNK_LOGITS = 16L << 20;

  /// The trainer's attention computes at most so many scores at once, and holds four of them: mask,
  /// scores, probabilities and their derivative.
  private static final long CHUNK_SCORES = 8L << 20;

  private static final int SCORES_AT_ONCE = 4;

  /// Longest document whose probabilities the trainer keeps for the way back.
  private static final int KEPT_KEYS = 256;

  /// Resident before a model is loaded, measured: JVM 25, libtorch 2.10 and a tokenizer on a CPU.
  private static final long RUNTIME_BYTES = 350L << 20;

  public long totalBytes() {
    return weightBytes
        + adapterBytes
        + optimizerBytes
        + activationBytes
        + logitBytes
        + runtimeBytes;
  }

  /// @param compute BFLOAT16 or FLOAT32: what the trainer will choose where the config says auto
  public static MemoryEstimate of(
      ModelDimensions model, TrainingConfig config, NumberType compute) {
    int c = bytesOf(compute);
    long trained = AdapterSize.parameters(model, config.lora());
    long tokens =
        (long) config.training().documentsPerMicroStep() * config.training().maxLengthTokens();
    return new MemoryEstimate(
        weights(model, config, c),
        8 * trained,
        8 * trained,
        activations(model, config, tokens, c),
        // Logits and their derivative, in the compute type and in fp32.
        Math.min(tokens * model.vocabulary(), CHUNK_LOGITS) * 2 * (4 + c),
        RUNTIME_BYTES);
  }

  private static long weights(ModelDimensions model, TrainingConfig config, int c) {
    boolean small = config.kubetune().memory() == Memory.SMALL;
    // With memory to spare weights are held in the type that is computed in.
    int held = small ? Math.min(c, storedBytes(config)) : c;
    long others = (model.parameters() - model.linearParameters()) * held;
    Quantization quantization = config.quantization();
    double linearBits =
        switch (quantization.kind()) {
          case NONE -> 8.0 * held;
          case NF4 -> quantization.doubleQuantization() ? NF4_DOUBLE_QUANTIZED_BITS : NF4_BITS;
          case INT8 -> 8;
        };
    boolean converted = quantization.kind() != Quantization.Kind.NONE || held != c;
    long scratch = converted ? largestMatrix(model) * c : 0;
    return (long) (model.linearParameters() * linearBits / 8) + others + scratch;
  }

  /// One buffer takes any weight that has to be converted before it is used.
  private static long largestMatrix(ModelDimensions model) {
    long largest = (long) model.vocabulary() * model.hidden();
    for (Family.Linear each : model.family().linears(model)) {
      largest = Math.max(largest, each.parameters());
    }
    return largest;
  }

  /// What each block keeps for a token: inputs of both norms (2d), of the adapted linears, the
  /// stacked q, k and v before and after rotation (2q + 3k), the mixed values (q), gate and up
  /// (2f). With `memory: small` only a block's input (d), and one block's keepsakes at a time.
  private static long activations(
      ModelDimensions model, TrainingConfig config, long tokens, int c) {
    Predicate<Family.Linear> adapted = AdapterSize.adapted(model, config.lora());
    long d = model.hidden();
    long q = (long) model.heads() * model.headWidth();
    long k = (long) model.keyValueHeads() * model.headWidth();
    long experts = Math.max(1, model.expertsPerToken());
    long f = model.intermediate() * experts;
    long inputs =
        model.family().linears(model).stream()
            .filter(adapted)
            .map(Family.Linear::inFeatures)
            .distinct() // linears of one input share it
            .mapToLong(width -> width == model.intermediate() ? f : 2L * width)
            .sum();
    long block = 2 * d + inputs + 3 * q + 3 * k + 2 * f;
    // Temporaries of one block's way back live until it is done; norms compute in fp32.
    long work = (10 * f + 10 * d) * c + 2 * (28 + c) * d;
    boolean small = config.kubetune().memory() == Memory.SMALL;
    if (small) {
      work += (4 * f + 10 * d) * c + 2 * (12 + c) * d; // its way forth too, once more
    }
    long kept = small ? model.layers() * d + block : model.layers() * block;
    long longest = config.training().maxLengthTokens();
    long scores = Math.min(model.heads() * longest * longest, CHUNK_SCORES);
    // Longer documents don't keep their probabilities, and need more than the short ones that do.
    long probabilities =
        longest <= KEPT_KEYS
            ? tokens * model.heads() * longest * c * (small ? 1 : model.layers())
            : 0;
    return tokens * (kept * c + work) + scores * SCORES_AT_ONCE * c + probabilities;
  }

  /// bf16 is what nearly all checkpoints hold, where the config leaves it to the checkpoint.
  private static int storedBytes(TrainingConfig config) {
    NumberType stored = config.model().storageType();
    return bytesOf(stored == NumberType.AUTO ? NumberType.BFLOAT16 : stored);
  }

  private static int bytesOf(NumberType type) {
    return switch (type) {
      case FLOAT32 -> 4;
      case BFLOAT16, FLOAT16 -> 2;
      case AUTO -> throw new IllegalArgumentException("auto has no size");
    };
  }
}
