package io.kubetune.trainer.train;

import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Which documents each optimizer step takes, and in which micro-steps: a function of the step's
/// number alone, so that a resumed run takes up where it was.
///
/// As in Hugging Face's Trainer an epoch ends with a smaller micro-step and a step of fewer of them
/// where the rows don't divide; a step never reaches over an epoch's end.
///
/// Where rows are shuffled, an optimizer step's longest documents come first: micro-steps are of
/// documents of about the same length, so that cores which share one end together, and the one that
/// takes most memory is the first. The step's gradient is a sum, which their order does not change.
///
/// ```
/// StepPlan plan = new StepPlan(documents, config.training(), true);
/// for (PackedBatch batch : plan.microSteps(0)) …
/// ```
public final class StepPlan {
  private final List<Document> documents;
  private final Training training;
  private final boolean shuffled;
  private final int stepsPerEpoch;
  private final int steps;
  private int cachedEpoch = -1;
  private List<PackedBatch> epochBatches = List.of();

  /// @param documents each with at least one token to learn, none longer than a pack
  /// @param shuffled false: the rows' own order in every epoch
  public StepPlan(List<Document> documents, Training training, boolean shuffled) {
    if (documents.isEmpty()) {
      throw new IllegalArgumentException("no documents to train on");
    }
    this.documents = List.copyOf(documents);
    this.training = training;
    this.shuffled = shuffled;
    stepsPerEpoch = Math.ceilDiv(batchesOf(0).size(), training.gradientAccumulationSteps());
    steps = training.maxSteps().orElseGet(() -> (int) Math.ceil(training.epochs() * stepsPerEpoch));
  }

  /// Optimizer steps of the whole run: `max_steps`, or ⌈epochs · steps an epoch⌉.
  public int steps() {
    return steps;
  }

  public int stepsPerEpoch() {
    return stepsPerEpoch;
  }

  /// Epochs done after so many steps.
  public double epochsAfter(int stepsDone) {
    return (double) stepsDone / stepsPerEpoch;
  }

  /// @param step from 0
  public List<PackedBatch> microSteps(int step) {
    List<PackedBatch> batches = batchesOf(step / stepsPerEpoch);
    int from = step % stepsPerEpoch * training.gradientAccumulationSteps();
    int to = Math.min(from + training.gradientAccumulationSteps(), batches.size());
    return batches.subList(from, to);
  }

  /// Tokens and label tokens of one epoch do not hang on the order.
  public long tokensPerEpoch() {
    return documents.stream().mapToLong(Document::length).sum();
  }

  public long labelTokensPerEpoch() {
    return documents.stream().mapToLong(Document::labelTokens).sum();
  }

  private List<PackedBatch> batchesOf(int epoch) {
    if (epoch != cachedEpoch) {
      epochBatches = batches(epoch);
      cachedEpoch = epoch;
    }
    return epochBatches;
  }

  private List<PackedBatch> batches(int epoch) {
    List<Document> order = new ArrayList<>(documents);
    var random = new Randomness(training.dataSeed().orElse(training.seed()), epoch);
    if (shuffled) {
      random.shuffle(order);
    }
    List<List<Document>> units = new ArrayList<>();
    if (training.packing()) {
      units.addAll(Packing.bestFit(order, training.maxLengthTokens()));
      if (shuffled) {
        random.shuffle(units); // best-fit leaves them sorted by their longest document
      }
    } else {
      order.forEach(each -> units.add(List.of(each)));
    }
    List<PackedBatch> batches = new ArrayList<>();
    int size = training.documentsPerMicroStep();
    if (shuffled) {
      sortWithinSteps(units, size * training.gradientAccumulationSteps());
    }
    for (int at = 0; at < units.size(); at += size) {
      List<List<Document>> taken = units.subList(at, Math.min(at + size, units.size()));
      batches.add(new PackedBatch(taken.stream().flatMap(List::stream).toList()));
    }
    return batches;
  }

  private static void sortWithinSteps(List<List<Document>> units, int unitsOfAStep) {
    for (int at = 0; at < units.size(); at += unitsOfAStep) {
      units
          .subList(at, Math.min(at + unitsOfAStep, units.size()))
          .sort(Comparator.comparingInt(StepPlan::tokens).reversed()); // stable
    }
  }

  private static int tokens(List<Document> unit) {
    return unit.stream().mapToInt(Document::length).sum();
  }
}
