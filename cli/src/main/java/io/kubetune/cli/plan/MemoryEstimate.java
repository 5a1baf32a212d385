package io.kubetune.cli.plan;

import io.kubetune.cli.model.ModelDimensions;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Memory;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;

/// What training will hold in memory at its peak, in bytes, part by part: the formula of
/// `trainer/PERFORMANCE.md`, which `scripts/bench/memory` holds against measured peaks.
///
/// Symbols: n lanes (cores that documents are shared out to), c bytes of a number that is computed
/// with, N trained parameters; the others are those of [TokenMemory].
///
/// ```
/// MemoryEstimate.of(dimensions, config, NumberType.FLOAT32, new OnCpu(2)).totalBytes()
/// ```
///
/// @param weightBytes of the frozen model
/// @param adapterBytes trained parameters in fp32, on a GPU in the compute type too, and each
///   lane's gradients, fp32
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

  /// Where the trainer computes.
  public sealed interface Device {
    /// Documents of a micro-step are shared out to the cores.
    record OnCpu(int cores) implements Device {}

    record OnGpu() implements Device {}
  }

  /// NF4 with double quantization: 4 bits, 8 bits for each 64 weights, 32 for each 256 of these
  /// (Dettmers et al. 2023); without it 32 bits for each 64.
  private static final double NF4_BITS = 4 + 32.0 / 64;

  private static final double NF4_DOUBLE_QUANTIZED_BITS = 4 + 8.0 / 64 + 32.0 / (64 * 256);

  /// A core takes documents in parts of so many tokens, longer ones one by one.
  private static final int PART_TOKENS = 256;

  /// Resident before a model is loaded, measured: JVM 25, libtorch 2.10 and a tokenizer on a CPU.
  private static final long RUNTIME_BYTES = 300L << 20;

  /// On a GPU libtorch's allocator keeps blocks by their sizes: measured on an H200, 12.2 and 38.3
  /// GiB with 1.1B and 21, 51.5 and 60 GiB with 7B are this many times what is alive at once.
  private static final double HELD_ON_GPU = 2.7;

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
      ModelDimensions model, TrainingConfig config, NumberType compute, Device device) {
    int c = bytesOf(compute);
    long trained =
        config.kubetune().method() == Method.FULL
            ? model.parameters()
            : AdapterSize.parameters(model, config.lora());
    int cores =
        switch (device) {
          case Device.OnCpu(int all) -> all;
          case Device.OnGpu() -> 1;
        };
    int lanes = lanes(config, cores);
    int evaluating = evaluates(config) ? evaluatingLanes(config, cores) : 0;
    TokenMemory tokens = new TokenMemory(model, config, c);
    long length = config.training().maxLengthTokens();
    long batch = config.training().documentsPerMicroStep() * length;
    long longestPart = Math.min(batch, Math.max(length, PART_TOKENS));
    long logits =
        Math.max(
            lanes * tokens.logitBytes(longestPart),
            evaluating * tokens.evaluatedLogitBytes(longestPart));
    return switch (device) {
      case Device.OnCpu _ -> {
        long atOnce = Math.min(batch, lanes * longestPart);
        yield new MemoryEstimate(
            weights(model, config, c, lanes, evaluating, true),
            trained * (4 + 4L * lanes), // A and B are multiplied as they are, in fp32
            8 * trained,
            atOnce * tokens.bytesAToken(),
            logits,
            RUNTIME_BYTES);
      }
      case Device.OnGpu() ->
          new MemoryEstimate(
              weights(model, config, c, lanes, evaluating, false),
              trained * (8L + c),
              12 * trained, // and the denominator
              (long) (batch * tokens.bytesAToken() * HELD_ON_GPU),
              8 * logits, // chunks are larger there
              RUNTIME_BYTES);
    };
  }

  /// A pack is shared out by its documents.
  private static int lanes(TrainingConfig config, int cores) {
    var training = config.training();
    return training.packing() ? cores : Math.min(cores, training.documentsPerMicroStep());
  }

  private static boolean evaluates(TrainingConfig config) {
    return config.dataset().trainShare() < 1;
  }

  private static int evaluatingLanes(TrainingConfig config, int cores) {
    return Math.min(cores, config.training().evalDocumentsPerMicroStep());
  }

  /// @param evaluating lanes that evaluate, which they do in fp32 whatever is trained in
  /// @param onCpu products of fp32 rows read weights of 16 bits there
  private static long weights(
      ModelDimensions model,
      TrainingConfig config,
      int c,
      int lanes,
      int evaluating,
      boolean onCpu) {
    if (config.kubetune().method() == Method.FULL) {
      return 2
          * WeightShapes.largest(model)
          * c; // the trained values are all; one matrix at a time
    }
    boolean small = config.kubetune().memory() == Memory.SMALL;
    NumberType stored = stored(model, config);
    boolean read = onCpu && bytesOf(stored) == 2;
    // Else, with memory to spare, weights are held in the type that is computed in.
    int held = small || read ? Math.min(c, bytesOf(stored)) : c;
    Quantization quantization = config.quantization();
    boolean quantized = quantization.kind() != Quantization.Kind.NONE;
    double linearBits =
        switch (quantization.kind()) {
          case NONE -> 8.0 * held;
          case NF4 -> quantization.doubleQuantization() ? NF4_DOUBLE_QUANTIZED_BITS : NF4_BITS;
          case INT8 -> 8.1;
        };
    // An embedding that is not tied is looked up in its file.
    long lookedUp = model.tied() ? 0 : (long) model.vocabulary() * model.hidden();
    long others = model.parameters() - model.linearParameters() - lookedUp;
    boolean converted = quantized || (held != c && !read);
    boolean convertedToEvaluate = c < 4 && (quantized || !read);
    long buffers = (converted ? (long) lanes * c : 0) + (convertedToEvaluate ? 4L * evaluating : 0);
    return (long) (model.linearParameters() * linearBits / 8)
        + others * held
        + lookedUp * bytesOf(stored)
        + buffers * WeightShapes.largest(model);
  }

  /// What the config says, and no more bits than the checkpoint has.
  private static NumberType stored(ModelDimensions model, TrainingConfig config) {
    NumberType asked = config.model().storageType();
    return asked == NumberType.AUTO || asked == NumberType.FLOAT32 ? model.stored() : asked;
  }

  private static int bytesOf(NumberType type) {
    return switch (type) {
      case FLOAT32 -> 4;
      case BFLOAT16, FLOAT16 -> 2;
      case AUTO -> throw new IllegalArgumentException("auto has no size");
    };
  }
}
