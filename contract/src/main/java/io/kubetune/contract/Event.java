package io.kubetune.contract;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What a run says of itself: one JSON object a line on the trainer's stdout and in `events.jsonl`.
///
/// Field names in JSON are the components' in snake_case, with `event` (the kind in lower case) and
/// `time` (RFC 3339, UTC, milliseconds) first; an empty optional is left out, and what is no finite
/// number is the text `"NaN"`, `"Infinity"` or `"-Infinity"`. [EventLine] writes and reads them.
///
/// ```
/// {"event":"step","time":"2026-11-23T04:30:00.000Z","step":3,"steps":60,"loss":2.31,…}
/// ```
public sealed interface Event {

  /// First: what is about to be trained, and how.
  ///
  /// @param parameters of the base model
  /// @param labelTokens tokens that are learned, in one epoch
  /// @param truncated documents cut to `max_length`
  /// @param excluded documents left out, because no token of theirs can be learned
  /// @param resumedFromStep the checkpoint's step, where the run goes on from one
  record Started(
      int contract,
      String trainer,
      String method,
      String architecture,
      long parameters,
      long trainableParameters,
      String device,
      int threads,
      String storageType,
      String computeType,
      String computeReason,
      int documents,
      int evalDocuments,
      long tokens,
      long labelTokens,
      int truncated,
      int excluded,
      int steps,
      double epochs,
      OptionalInt resumedFromStep)
      implements Event {}

  /// One optimizer step. `skipped`: the loss or gradient was not a number, nothing was changed.
  ///
  /// @param loss mean over the step's label tokens, before the step
  /// @param gradNorm 2-norm of all gradients before clipping
  /// @param tokens of the step's documents, those too that several start with and that are computed
  ///   once
  record Step(
      int step,
      int steps,
      double epoch,
      double loss,
      double gradNorm,
      double learningRate,
      long tokens,
      long labelTokens,
      double seconds,
      double tokensPerSecond,
      long peakMemoryBytes,
      boolean skipped)
      implements Event {}

  /// @param when `before`, `during` or `after` training
  record Evaluated(
      int step,
      String when,
      double loss,
      double perplexity,
      double tokenAccuracy,
      long labelTokens,
      int documents,
      double seconds)
      implements Event {}

  record Checkpointed(int step, String path, boolean best) implements Event {}

  /// Something that the reader should know and that stops nothing.
  record Warned(String code, String message) implements Event {}

  /// Last of a run that ended well.
  record Completed(
      int steps,
      String adapter,
      double trainSeconds,
      long tokens,
      double tokensPerSecond,
      long peakMemoryBytes,
      OptionalDouble finalLoss,
      OptionalDouble evalLossBefore,
      OptionalDouble evalLossAfter)
      implements Event {}

  /// Last of a run that did not. `code` is the [ExitCode]'s name in lower case, `place` a file:line
  /// or key path.
  record Failed(String code, int exitCode, String message, String remedy, Optional<String> place)
      implements Event {}
}
