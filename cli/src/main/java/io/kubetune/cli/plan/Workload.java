package io.kubetune.cli.plan;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Training;

/// How much there is to train on: exact in rows, estimated in tokens, because the tokenizer is the
/// trainer's.
///
/// ```
/// Workload.of(facts.rows(), facts.evalRows(), facts.estimatedTokens(), config).steps()
/// ```
///
/// @param trainRows rows trained on in one epoch
/// @param evalRows rows evaluated on
/// @param estimatedTokens of the rows trained on
/// @param steps optimizer steps; an estimate where rows are packed, else exact as long as no row is
///   left out or split
public record Workload(long trainRows, long evalRows, long estimatedTokens, long steps) {

  /// @param evalRows that the user gave apart; 0: `train_test_split` decides
  public static Workload of(long rows, long evalRows, long estimatedTokens, TrainingConfig config) {
    // ⌈rows · (1 − share)⌉ are kept, as datasets.train_test_split counts them, and one is trained
    // on.
    double share = config.dataset().trainShare();
    long kept =
        evalRows > 0 ? 0 : Math.clamp((long) Math.ceil(rows * (1 - share) - 1e-9), 0, rows - 1);
    long trainRows = rows - kept;
    long tokens = estimatedTokens * trainRows / Math.max(1, rows);
    return new Workload(
        trainRows,
        evalRows > 0 ? evalRows : kept,
        tokens,
        steps(trainRows, tokens, config.training()));
  }

  /// As Hugging Face's Trainer counts: an epoch ends with a smaller step where rows don't divide.
  private static long steps(long trainRows, long tokens, Training training) {
    if (training.maxSteps().isPresent()) {
      return training.maxSteps().getAsInt();
    }
    long units = training.packing() ? Math.ceilDiv(tokens, training.maxLengthTokens()) : trainRows;
    long microSteps = Math.ceilDiv(Math.max(1, units), training.documentsPerMicroStep());
    long stepsPerEpoch = Math.ceilDiv(microSteps, training.gradientAccumulationSteps());
    return (long) Math.ceil(training.epochs() * stepsPerEpoch);
  }
}
