package io.kubetune.trainer.train;

import io.kubetune.contract.TrainingConfig.Training;
import java.util.Map;

/// The learning rate of each optimizer step, as Hugging Face's `get_scheduler` computes it
/// (`transformers/optimization.py`; the function of each is named below).
///
/// The first step of a run with warm-up has rate 0, because step s takes the factor of s steps
/// done.
///
/// ```
/// double rate = Schedule.of(config.training(), steps).learningRate(step);
/// ```
///
/// @param peak the configured learning rate
/// @param warmupSteps steps over which the rate rises from 0
/// @param steps optimizer steps of the whole run
/// @param cycles `num_cycles`
/// @param endRate `lr_end` of the polynomial
/// @param power `power` of the polynomial
public record Schedule(
    Training.Schedule kind,
    double peak,
    int warmupSteps,
    int steps,
    double cycles,
    double endRate,
    double power) {

  /// `get_cosine_schedule_with_warmup`'s default: down once, half a wave.
  private static final double HALF_WAVE = 0.5;

  /// `get_polynomial_decay_schedule_with_warmup`'s default of `lr_end`.
  private static final double END_RATE = 1e-7;

  /// @param steps optimizer steps of the whole run
  public static Schedule of(Training training, int steps) {
    int warmupSteps =
        training.warmupSteps() > 0
            ? training.warmupSteps()
            : (int) Math.ceil(steps * training.warmupRatio()); // TrainingArguments.get_warmup_steps
    Map<String, Double> given = training.scheduleArguments();
    boolean cosine = training.schedule() == Training.Schedule.COSINE;
    return new Schedule(
        training.schedule(),
        training.learningRate(),
        warmupSteps,
        steps,
        given.getOrDefault("num_cycles", cosine ? HALF_WAVE : 1.0),
        given.getOrDefault("lr_end", END_RATE),
        given.getOrDefault("power", 1.0));
  }

  /// @param step optimizer steps done before, from 0
  public double learningRate(int step) {
    return peak * factor(step);
  }

  private double factor(int step) {
    if (kind != Training.Schedule.CONSTANT && step < warmupSteps) {
      return (double) step / Math.max(1, warmupSteps);
    }
    double progress = (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps);
    return switch (kind) {
      // get_constant_schedule, get_constant_schedule_with_warmup
      case CONSTANT, CONSTANT_WITH_WARMUP -> 1;
      // get_linear_schedule_with_warmup
      case LINEAR -> Math.max(0, (double) (steps - step) / Math.max(1, steps - warmupSteps));
      // get_cosine_schedule_with_warmup
      case COSINE -> Math.max(0, 0.5 * (1 + Math.cos(Math.PI * cycles * 2 * progress)));
      // get_cosine_with_hard_restarts_schedule_with_warmup
      case COSINE_WITH_RESTARTS ->
          progress >= 1
              ? 0
              : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * ((cycles * progress) % 1))));
      // get_polynomial_decay_schedule_with_warmup
      case POLYNOMIAL ->
          step >= steps
              ? endRate / peak
              : ((peak - endRate) * Math.pow(1 - progress, power) + endRate) / peak;
    };
  }
}
