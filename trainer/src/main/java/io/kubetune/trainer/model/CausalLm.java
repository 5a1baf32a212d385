package io.kubetune.trainer.model;

import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.lora.Parameters;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.bytedeco.pytorch.Tensor;

/// A causal language model with its adapter: the only face that training, evaluation and generation
/// know.
///
/// ```
/// parameters.zeroGradients();
/// double lossSum = model.accumulate(microSteps, 1.0 / labelTokensOfStep, number -> 0);
/// ```
public interface CausalLm extends AutoCloseable {

  /// Everything that is trained.
  Parameters parameters();

  /// Forward and backward: adds `scale` · d(sum of cross-entropy over the batch's label tokens) to
  /// the gradients.
  ///
  /// @param randomStream seed of this micro-step's dropout and noise; unused without them
  /// @return the sum (not the mean) of the cross-entropy over label tokens, unscaled
  double accumulate(PackedBatch batch, double scale, long randomStream);

  /// The same of an optimizer step's micro-steps, one after another. What several documents of the
  /// step start with may be computed once for all of them; the result is the same.
  ///
  /// @param randomStreams of a micro-step by its number, asked for when it begins
  default double accumulate(
      List<PackedBatch> microSteps, double scale, IntToLongFunction randomStreams) {
    double sum = 0;
    for (int i = 0; i < microSteps.size(); i++) {
      sum += accumulate(microSteps.get(i), scale, randomStreams.applyAsLong(i));
    }
    return sum;
  }

  /// Forward only, without dropout.
  LossSum evaluate(PackedBatch batch);

  /// Logits [T,V] fp32 of every position, for checks against reference values; training never makes
  /// so large a tensor.
  Tensor logits(PackedBatch batch);

  /// Base model or adapted model: switches every adapter off or on (for `generate` before and
  /// after).
  void adapterEnabled(boolean enabled);

  /// Starts decoding: a key/value cache that grows with each call. Batch of one.
  Decoder decoder();

  @Override
  void close();

  /// @param crossEntropy sum over label tokens
  /// @param correct label tokens whose likeliest token is the label
  record LossSum(double crossEntropy, long correct, long labelTokens) {
    public static final LossSum NONE = new LossSum(0, 0, 0);

    public LossSum plus(LossSum other) {
      return new LossSum(
          crossEntropy + other.crossEntropy,
          correct + other.correct,
          labelTokens + other.labelTokens);
    }

    /// Of so many documents with the same tokens.
    LossSum times(int documents) {
      return new LossSum(crossEntropy * documents, correct * documents, labelTokens * documents);
    }
  }

  interface Decoder extends AutoCloseable {
    /// Appends tokens and returns the logits [V] (fp32) behind the last of them.
    float[] append(int[] tokens);

    @Override
    void close();
  }
}
