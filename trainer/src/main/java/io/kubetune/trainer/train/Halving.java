package io.kubetune.trainer.train;

import io.kubetune.contract.Event;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What to do when memory is short: the same documents in more micro-steps of half the size each.
///
/// A step's loss and gradient are sums over its documents, so the result stays the same.
///
/// ```
/// double loss = halving.compute("step", batches, progress, this::gradients);
/// ```
public final class Halving {
  /// How libtorch's allocators (CPU, CUDA), C++ and the JVM say that memory is short.
  private static final Pattern SHORT_OF_MEMORY =
      Pattern.compile(
          "can't allocate memory|not enough memory|CUDA out of memory|std::bad_alloc",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern ASKED_FOR =
      Pattern.compile("(?i)tried to allocate ([0-9.]+ ?(?:bytes|[KMGT]i?B))");

  private final Training training;
  private final EventSink events;

  Halving(Training training, EventSink events) {
    this.training = training;
    this.events = events;
  }

  /// Computes over the batches as they are; where memory is short and `auto_find_batch_size` is
  /// set, again from the start with half of each, and so from then on.
  ///
  /// @param what for example `step`
  <T> T compute(
      String what,
      List<PackedBatch> batches,
      Progress progress,
      Function<List<PackedBatch>, T> computation) {
    while (true) {
      List<PackedBatch> parts = split(batches, progress.halvings);
      try {
        return computation.apply(parts);
      } catch (RuntimeException | OutOfMemoryError e) {
        if (!isOutOfMemory(e)) {
          throw e;
        }
        TuneException failure =
            failure("can't compute the %s behind step %d".formatted(what, progress.step), e, parts);
        boolean smallest = parts.stream().allMatch(each -> each.documents().size() == 1);
        if (!training.autoFindBatchSize() || smallest) {
          throw failure;
        }
        progress.halvings++;
        System.gc(); // native tensors of the failed attempt go with their Java handles
        events.emit(
            new Event.Warned(
                "auto_find_batch_size",
                failure.problems().getFirst().found() + "; going on with half of that"));
      }
    }
  }

  /// Whether a failure says that the machine, the GPU or the JVM has no more memory.
  public static boolean isOutOfMemory(Throwable failure) {
    return failure instanceof OutOfMemoryError
        || failure.getMessage() != null && SHORT_OF_MEMORY.matcher(failure.getMessage()).find();
  }

  /// Each batch in 2^times parts of about equally many tokens; documents stay whole.
  static List<PackedBatch> split(List<PackedBatch> batches, int times) {
    List<PackedBatch> parts = batches;
    for (int i = 0; i < times; i++) {
      parts = parts.stream().flatMap(Halving::halves).toList();
    }
    return parts;
  }

  private static Stream<PackedBatch> halves(PackedBatch batch) {
    List<Document> documents = batch.documents();
    if (documents.size() == 1) {
      return Stream.of(batch);
    }
    int half = batch.tokenCount() / 2;
    int at = 0;
    int tokens = 0;
    while (at < documents.size() - 1 && (at == 0 || tokens + documents.get(at).length() <= half)) {
      tokens += documents.get(at).length();
      at++;
    }
    return Stream.of(
        new PackedBatch(documents.subList(0, at)),
        new PackedBatch(documents.subList(at, documents.size())));
  }

  /// Says what was asked for and what would fit.
  ///
  /// @param batches the micro-steps that were attempted
  private TuneException failure(String attempted, Throwable cause, List<PackedBatch> batches) {
    PackedBatch largest =
        batches.stream()
            .max((a, b) -> Integer.compare(a.tokenCount(), b.tokenCount()))
            .orElseThrow();
    Matcher matcher = ASKED_FOR.matcher(String.valueOf(cause.getMessage()));
    String asked = matcher.find() ? matcher.group(1) : "more memory than there is";
    String found =
        "a micro-step of %d documents and %d tokens asked for %s; the process holds %,d MiB"
            .formatted(
                largest.documents().size(),
                largest.tokenCount(),
                asked,
                ProcessMemory.residentBytes() >> 20);
    TuneException failure =
        new TuneException(
            ExitCode.OUT_OF_MEMORY,
            attempted,
            List.of(
                new Problem(
                    "TrainingArguments.per_device_train_batch_size", found, remedy(largest))));
    failure.initCause(cause);
    return failure;
  }

  private String remedy(PackedBatch largest) {
    String smaller =
        "set KubetuneConfig.memory: small, QuantizationConfig.load_in_4bit: true or a lower"
            + " TrainingArguments.max_length (now "
            + training.maxLengthTokens()
            + "), or give the run more memory";
    if (largest.documents().size() == 1) {
      return "one document is all that a micro-step holds; " + smaller;
    }
    if (training.documentsPerMicroStep() == 1) {
      return "set TrainingArguments.auto_find_batch_size: true (the result stays the same), or "
          + smaller;
    }
    String sameResult =
        "set TrainingArguments.per_device_train_batch_size: %d and gradient_accumulation_steps: %d,"
            + " or auto_find_batch_size: true (the result stays the same); or %s";
    return sameResult.formatted(
        training.documentsPerMicroStep() / 2,
        Math.ceilDiv(
            training.documentsPerMicroStep() * training.gradientAccumulationSteps(),
            training.documentsPerMicroStep() / 2),
        smaller);
  }
}
