package io.kubetune.trainer.train;

import io.kubetune.contract.TrainingConfig.Training;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Where a run is: with the values and the optimizer's moments all that it needs to go on.
///
/// Data order, learning rate and random numbers follow from the step's number, so they are in here
/// too.
///
/// ```
/// Progress progress = Progress.fromJson(checkpoint.path("progress"));
/// ```
public final class Progress {
  /// Optimizer steps done, skipped ones included.
  int step;

  /// Updates that the optimizer made.
  long updates;

  /// The step that was last evaluated behind, -1: none.
  int evaluatedStep = -1;

  /// Steps skipped up to here without one that was not.
  int skippedInARow;

  /// How often memory was short and micro-steps were halved.
  int halvings;

  long tokens;
  double trainSeconds;
  OptionalDouble lastLoss = OptionalDouble.empty();
  Optional<Evaluation> before = Optional.empty();

  /// The lowest evaluation loss and the step it was found behind.
  OptionalDouble bestLoss = OptionalDouble.empty();

  int bestStep = -1;
  int evaluationsWithoutGain;
  boolean stoppedEarly;

  public int step() {
    return step;
  }

  public long tokens() {
    return tokens;
  }

  public double trainSeconds() {
    return trainSeconds;
  }

  public OptionalDouble lastLoss() {
    return lastLoss;
  }

  public Optional<Evaluation> before() {
    return before;
  }

  /// Takes an evaluation into account: the first is what training is held against, later ones say
  /// which step is best and when to stop early.
  void note(Evaluation found, Training training) {
    evaluatedStep = step;
    if (step == 0) {
      before = Optional.of(found);
      return;
    }
    // As transformers' EarlyStoppingCallback: a gain counts where it exceeds the threshold.
    double gain = bestLoss.orElse(Double.POSITIVE_INFINITY) - found.loss();
    boolean counts = gain > training.earlyStoppingThreshold();
    evaluationsWithoutGain = counts ? 0 : evaluationsWithoutGain + 1;
    if (gain > 0) {
      bestLoss = OptionalDouble.of(found.loss());
      bestStep = step;
    }
    int patience = training.earlyStoppingPatience().orElse(Integer.MAX_VALUE);
    stoppedEarly = evaluationsWithoutGain >= patience;
  }

  /// A second one at the same place, that goes its own way.
  Progress copy() {
    return fromJson(toJson());
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("step", step)
        .put("updates", updates)
        .put("evaluated_step", evaluatedStep)
        .put("skipped_in_a_row", skippedInARow)
        .put("halvings", halvings)
        .put("tokens", tokens)
        .put("train_seconds", trainSeconds);
    lastLoss.ifPresent(loss -> json.put("last_loss", loss));
    before.ifPresent(result ->
        json.putObject("before")
            .put("loss", result.loss())
            .put("token_accuracy", result.tokenAccuracy())
            .put("label_tokens", result.labelTokens())
            .put("documents", result.documents())
            .put("seconds", result.seconds()));
    bestLoss.ifPresent(loss -> json.put("best_loss", loss));
    return json.put("best_step", bestStep)
        .put("evaluations_without_gain", evaluationsWithoutGain)
        .put("stopped_early", stoppedEarly);
  }

  static Progress fromJson(JsonNode json) {
    Progress progress = new Progress();
    progress.step = json.path("step").asInt();
    progress.updates = json.path("updates").asLong();
    progress.evaluatedStep = json.path("evaluated_step").asInt();
    progress.skippedInARow = json.path("skipped_in_a_row").asInt();
    progress.halvings = json.path("halvings").asInt();
    progress.tokens = json.path("tokens").asLong();
    progress.trainSeconds = json.path("train_seconds").asDouble();
    progress.lastLoss = optional(json.path("last_loss"));
    JsonNode before = json.path("before");
    if (before.isObject()) {
      progress.before =
          Optional.of(
              new Evaluation(
                  before.path("loss").asDouble(),
                  before.path("token_accuracy").asDouble(),
                  before.path("label_tokens").asLong(),
                  before.path("documents").asInt(),
                  before.path("seconds").asDouble()));
    }
    progress.bestLoss = optional(json.path("best_loss"));
    progress.bestStep = json.path("best_step").asInt();
    progress.evaluationsWithoutGain = json.path("evaluations_without_gain").asInt();
    progress.stoppedEarly = json.path("stopped_early").asBoolean();
    return progress;
  }

  private static OptionalDouble optional(JsonNode number) {
    return number.isNumber() ? OptionalDouble.of(number.asDouble()) : OptionalDouble.empty();
  }
}
