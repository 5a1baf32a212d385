package io.kubetune.trainer.train;

import io.kubetune.contract.Event;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.model.CausalLm;
import io.kubetune.trainer.model.CausalLm.LossSum;
import io.kubetune.trainer.tensor.Profile;
import io.kubetune.trainer.tensor.Profile.Part;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// The training of one model on one set of documents, from wherever it stands to its end.
///
/// ```
/// var result = new TrainingLoop(model, plan, eval, config, checkpoints, events, stop).run(newest);
/// ```
public final class TrainingLoop {

  /// @param after empty where there is nothing to evaluate on
  public record Result(Progress progress, Optional<Evaluation> after) {}

  private final CausalLm model;
  private final StepPlan plan;
  private final List<Document> evalDocuments;
  private final Training training;
  private final int maxSkippedSteps;
  private final Checkpoints checkpoints;
  private final EventSink events;
  private final StopRequest stop;
  private final Schedule schedule;
  private final Halving halving;
  private final AdamW optimizer;
  private Progress progress = new Progress();
  private Optional<Evaluation> latest = Optional.empty();
  private boolean saved;

  public TrainingLoop(
      CausalLm model,
      StepPlan plan,
      List<Document> evalDocuments,
      TrainingConfig config,
      Checkpoints checkpoints,
      EventSink events,
      StopRequest stop) {
    this.model = model;
    this.plan = plan;
    this.evalDocuments = List.copyOf(evalDocuments);
    this.training = config.training();
    this.maxSkippedSteps = config.kubetune().maxSkippedSteps();
    this.checkpoints = checkpoints;
    this.events = events;
    this.stop = stop;
    schedule = Schedule.of(training, plan.steps());
    halving = new Halving(training, events);
    optimizer =
        new AdamW(
            model.parameters(),
            new AdamW.Settings(
                training.adamBeta1(),
                training.adamBeta2(),
                training.adamEpsilon(),
                training.weightDecay()));
  }

  /// @param from the checkpoint to go on from; empty: from the start
  public Result run(Optional<RunCheckpoint> from) {
    try {
      from.ifPresent(this::resume);
      while (true) {
        if (evaluationIsDue()) {
          evaluateHere();
        }
        if (checkpointIsDue()) {
          save();
        }
        if (isFinished()) {
          break;
        }
        step();
      }
      return finish();
    } catch (StopRequest.Stopped stopped) {
      if (!saved) {
        save();
      }
      throw new TuneException(
          ExitCode.RESUME_ME,
          "stopped on request",
          "checkpoint-" + progress.step,
          "%d of %d steps are done and saved".formatted(progress.step, plan.steps()),
          "start again with the same configuration and output_dir to go on");
    } finally {
      optimizer.close();
    }
  }

  private void step() {
    long start = System.nanoTime();
    List<PackedBatch> batches = plan.microSteps(progress.step);
    long labelTokens = batches.stream().mapToLong(PackedBatch::labelTokens).sum();
    long tokens = batches.stream().mapToLong(PackedBatch::tokenCount).sum();

    double loss = halving.compute("step", batches, progress, this::gradients) / labelTokens;
    double norm =
        Profile.time(
            Part.OPTIMIZER,
            () -> GradientClip.clip(model.parameters().gradients(), training.maxGradNorm()));
    double learningRate = schedule.learningRate(progress.step);
    boolean skipped = !Double.isFinite(loss) || !Double.isFinite(norm);
    if (!skipped) {
      Profile.time(Part.OPTIMIZER, () -> optimizer.update(learningRate));
      progress.lastLoss = OptionalDouble.of(loss);
    }

    Profile.stepEnded();
    double seconds = (System.nanoTime() - start) / 1e9;
    progress.step++;
    progress.updates = optimizer.updates();
    progress.tokens += tokens;
    progress.trainSeconds += seconds;
    progress.skippedInARow = skipped ? progress.skippedInARow + 1 : 0;
    saved = false;
    if (skipped || progress.step % training.loggingSteps() == 0 || isFinished()) {
      events.emit(
          new Event.Step(
              progress.step,
              plan.steps(),
              plan.epochsAfter(progress.step),
              loss,
              norm,
              learningRate,
              tokens,
              labelTokens,
              seconds,
              tokens / seconds,
              ProcessMemory.peakBytes(),
              skipped));
    }
    if (progress.skippedInARow >= Math.max(1, maxSkippedSteps)) {
      throw diverged(batches, loss, norm);
    }
  }

  /// One pass over a step's documents, gradients from zero.
  ///
  /// @return the sum of cross-entropy over its label tokens
  private double gradients(List<PackedBatch> batches) {
    long labelTokens = batches.stream().mapToLong(PackedBatch::labelTokens).sum();
    model.parameters().zeroGradients();
    return model.accumulate(
        batches,
        1.0 / labelTokens,
        number -> {
          stop.check();
          return new Randomness(training.seed(), progress.step, number).nextLong();
        });
  }

  private void evaluateHere() {
    Evaluation found = evaluate();
    progress.note(found, training);
    latest = Optional.of(found);
    saved = false;
    events.emit(found.event(progress.step, progress.step == 0 ? "before" : "during"));
  }

  private Evaluation evaluate() {
    long start = System.nanoTime();
    var batches = Evaluation.batches(evalDocuments, training.evalDocumentsPerMicroStep());
    LossSum sum = halving.compute("evaluation", batches, progress, this::lossSum);
    return Evaluation.of(sum, evalDocuments.size(), (System.nanoTime() - start) / 1e9);
  }

  private LossSum lossSum(List<PackedBatch> batches) {
    LossSum sum = new LossSum(0, 0, 0);
    for (PackedBatch batch : batches) {
      stop.check();
      sum = sum.plus(model.evaluate(batch));
    }
    return sum;
  }

  private boolean evaluationIsDue() {
    if (evalDocuments.isEmpty() || progress.evaluatedStep == progress.step) {
      return false;
    }
    return progress.step == 0
        || switch (training.evalStrategy()) {
          case NO -> false;
          case STEPS -> progress.step % training.evalSteps() == 0;
          case EPOCH -> progress.step % plan.stepsPerEpoch() == 0;
        };
  }

  private boolean checkpointIsDue() {
    if (saved || progress.step == 0) {
      return false;
    }
    boolean best = training.loadBestModelAtEnd() && progress.bestStep == progress.step;
    return best
        || switch (training.saveStrategy()) {
          case NO -> training.loadBestModelAtEnd() && isFinished();
          case STEPS -> progress.step % training.saveSteps() == 0 || isFinished();
          case EPOCH -> progress.step % plan.stepsPerEpoch() == 0 || isFinished();
        };
  }

  private void save() {
    Path folder = checkpoints.save(progress, model.parameters(), optimizer, events.sync());
    saved = true;
    events.emit(
        new Event.Checkpointed(
            progress.step, folder.getFileName().toString(), progress.bestStep == progress.step));
  }

  private boolean isFinished() {
    return progress.step >= plan.steps() || progress.stoppedEarly;
  }

  private void resume(RunCheckpoint checkpoint) {
    checkpoint.restore(model.parameters(), optimizer);
    progress = checkpoint.progress().copy();
    saved = true;
  }

  private Result finish() {
    int step = progress.step;
    if (training.loadBestModelAtEnd() && progress.bestStep >= 0) {
      checkpoints.at(progress.bestStep).restoreValues(model.parameters());
      step = progress.bestStep;
    }
    if (evalDocuments.isEmpty()) {
      return new Result(progress, Optional.empty());
    }
    boolean known = latest.isPresent() && progress.evaluatedStep == step;
    Evaluation after = known ? latest.get() : evaluate();
    events.emit(after.event(step, "after"));
    return new Result(progress, Optional.of(after));
  }

  private TuneException diverged(List<PackedBatch> batches, double loss, double norm) {
    List<Integer> rows =
        batches.stream()
            .flatMap(batch -> batch.documents().stream())
            .map(Document::row)
            .distinct()
            .sorted()
            .toList();
    return new TuneException(
        ExitCode.DIVERGED,
        "%d steps in a row had to be skipped".formatted(progress.skippedInARow),
        "train.jsonl rows " + rows.toString().replaceAll("[\\[\\]]", ""),
        "step %d has loss %s and gradient norm %s".formatted(progress.step, loss, norm),
        "lower TrainingArguments.learning_rate (now %s) or add warmup_steps, and look at these rows"
            .formatted(training.learningRate()));
  }
}
