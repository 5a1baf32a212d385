package io.kubetune.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.kubetune.contract.Event;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TrainingConfig.Training.Schedule;
import io.kubetune.contract.TrainingConfig.Training.Strategy;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.files.SafetensorsWriter;
import io.kubetune.trainer.files.WholeFile;
import io.kubetune.trainer.tensor.HostArrays;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {
  private static final int VOCABULARY = 11;

  @TempDir Path folder;

  private final TrainingSettings settings = new TrainingSettings();
  private final List<Document> documents = StepPlanTest.documents(22, 4, 16);
  private final List<Document> eval = StepPlanTest.documents(5, 4, 16);

  @Test
  void anySplitOfAStepIntoMicroStepsGivesTheSameGradients() {
    float[] whole = gradientsOf(8, 1);
    assertThat(largest(whole)).isGreaterThan(1e-3);
    for (int[] split : new int[][] {{1, 8}, {2, 4}, {4, 2}}) {
      assertThat(largestDifference(gradientsOf(split[0], split[1]), whole)).isLessThan(1e-7);
    }
    // A pack that all documents fit into is the same step, and so are its halves and quarters.
    for (int halvings = 0; halvings < 3; halvings++) {
      float[] packed = gradients(packOf(documents.subList(0, 8)), halvings);
      assertThat(largestDifference(packed, whole)).isLessThan(1e-7);
    }
  }

  @Test
  void theLossFallsAndEveryEventIsThere() {
    settings.epochs = 6;
    settings.evalStrategy = Strategy.EPOCH;
    settings.saveStrategy = Strategy.STEPS;
    settings.saveSteps = 10;
    Run run = run();
    // 11 micro-steps, 6 steps an epoch.
    List<Event.Step> steps = run.of(Event.Step.class);
    assertThat(steps).extracting(Event.Step::step).containsExactlyElementsOf(range(1, 36));
    assertThat(steps.getLast().loss()).isLessThan(0.8 * steps.getFirst().loss());
    assertThat(steps.getFirst().learningRate()).isEqualTo(0.05);
    assertThat(steps.getLast().epoch()).isEqualTo(6);
    assertThat(steps).allSatisfy(step -> assertThat(step.peakMemoryBytes()).isPositive());
    assertThat(run.of(Event.Evaluated.class))
        .extracting(each -> each.when() + each.step())
        .containsExactly(
            "before0",
            "during6",
            "during12",
            "during18",
            "during24",
            "during30",
            "during36",
            "after36");
    Event.Evaluated last = run.of(Event.Evaluated.class).getLast();
    assertThat(last.perplexity()).isCloseTo(Math.exp(last.loss()), within(1e-12));
    assertThat(last.tokenAccuracy()).isBetween(0.0, 1.0);
    assertThat(run.of(Event.Checkpointed.class))
        .extracting(Event.Checkpointed::step)
        .containsExactly(10, 20, 30, 36);
  }

  @Test
  void aRunStoppedAnywhereAndResumedEndsInTheSameBytes() throws Exception {
    settings.epochs = 6; // 2 steps each
    settings.evalStrategy = Strategy.STEPS;
    settings.evalSteps = 4;
    settings.saveStrategy = Strategy.STEPS;
    settings.saveSteps = 5;
    settings.loadBestModelAtEnd = true;
    settings.packing = true;
    byte[] expected = run().adapter();
    for (int stopAt : new int[] {0, 1, 3, 4, 7, 11}) {
      folder = Files.createTempDirectory(folder.getParent(), "again");
      var stop = new StopRequest();
      TuneException stopped =
          catchThrowableOfType(
              TuneException.class,
              () ->
                  run(
                      stop,
                      event -> {
                        if (event instanceof Event.Evaluated && stopAt == 0
                            || event instanceof Event.Step step && step.step() == stopAt) {
                          stop.request();
                        }
                      }));
      assertThat(stopped.exitCode()).isEqualTo(ExitCode.RESUME_ME);
      assertThat(folder.resolve("checkpoint-" + stopAt)).isDirectory();
      assertThat(run().adapter()).as("stopped at %d", stopAt).isEqualTo(expected);
    }
  }

  @Test
  void aCheckpointOfOtherDataOrSettingsIsRefusedByName() {
    settings.saveStrategy = Strategy.EPOCH;
    run();
    settings.learningRate = 0.04;
    TuneException refused = catchThrowableOfType(TuneException.class, this::run);
    assertThat(refused.exitCode()).isEqualTo(ExitCode.ALREADY_EXISTS);
    assertThat(refused.problems().toString())
        .contains("TrainingArguments.learning_rate: 0.05 then, 0.04 now")
        .doesNotContain("warmup");
  }

  @Test
  void aDamagedCheckpointIsRemovedAndTheOneBeforeIsUsed() throws Exception {
    settings.epochs = 2;
    settings.saveStrategy = Strategy.STEPS;
    settings.saveSteps = 4;
    byte[] expected = run().adapter();
    Path newest = folder.resolve("checkpoint-12").resolve("state.safetensors");
    byte[] bytes = Files.readAllBytes(newest);
    bytes[bytes.length - 5] ^= 1;
    Files.write(newest, bytes);
    Files.createDirectories(folder.resolve(".checkpoint-99.partial"));
    Files.delete(folder.resolve("checkpoint-8").resolve("checkpoint.json"));
    Run again = run();
    assertThat(again.from).isEqualTo(4);
    assertThat(again.adapter()).isEqualTo(expected);
    assertThat(folder.resolve(".checkpoint-99.partial")).doesNotExist();
  }

  @Test
  void theNewestCheckpointsStayAndTheBestOne() throws Exception {
    settings.epochs = 3;
    settings.saveStrategy = Strategy.STEPS;
    settings.saveSteps = 2;
    settings.saveTotalLimit = OptionalInt.of(2);
    run();
    assertThat(checkpoints()).containsExactly("checkpoint-16", "checkpoint-18");

    folder = Files.createTempDirectory(folder.getParent(), "best");
    settings.evalStrategy = Strategy.STEPS;
    settings.evalSteps = 2;
    settings.learningRate = 3; // overshoots, so that the best step is not the last
    settings.schedule = Schedule.CONSTANT;
    settings.loadBestModelAtEnd = true;
    Run run = run();
    int best =
        run.of(Event.Checkpointed.class).stream()
            .filter(Event.Checkpointed::best)
            .toList()
            .getLast()
            .step();
    assertThat(best).isLessThan(16);
    assertThat(checkpoints()).contains("checkpoint-" + best).hasSize(3);
    Event.Evaluated after = run.of(Event.Evaluated.class).getLast();
    assertThat(after.step()).isEqualTo(best);
    assertThat(after.loss())
        .isEqualTo(
            run.of(Event.Evaluated.class).stream()
                .filter(each -> each.when().equals("during"))
                .mapToDouble(Event.Evaluated::loss)
                .min()
                .orElseThrow());
  }

  @Test
  void trainingStopsWhereEvaluationGainsNothingMore() {
    settings.epochs = 50;
    settings.evalStrategy = Strategy.STEPS;
    settings.evalSteps = 1;
    settings.learningRate = 3;
    settings.schedule = Schedule.CONSTANT;
    settings.earlyStoppingPatience = OptionalInt.of(2);
    Run run = run();
    List<Double> losses =
        run.of(Event.Evaluated.class).stream()
            .filter(each -> each.when().equals("during"))
            .map(Event.Evaluated::loss)
            .toList();
    assertThat(losses.size()).isLessThan(300);
    int best = losses.indexOf(losses.stream().min(Double::compare).orElseThrow());
    assertThat(best).isEqualTo(losses.size() - 3);
  }

  @Test
  void aStepThatIsNoNumberChangesNothingAndSeveralInARowFailByTheirRows() {
    settings.epochs = 1;
    settings.shuffle = false;
    settings.maxSkippedSteps = 3;
    Run whole = run(new StopRequest(), event -> {}, model -> model.poisonedRow = 5);
    List<Event.Step> steps = whole.of(Event.Step.class);
    assertThat(steps).extracting(Event.Step::skipped).startsWith(false, true, false, false);
    assertThat(steps.get(1).loss()).isNaN();
    assertThat(largestDifference(whole.values.get(2), whole.values.get(1))).isZero();
    assertThat(largestDifference(whole.values.get(3), whole.values.get(2))).isPositive();

    settings.epochs = 9;
    settings.documentsPerMicroStep = 22; // row 5 is in every step
    TuneException diverged =
        catchThrowableOfType(
            TuneException.class,
            () -> run(new StopRequest(), event -> {}, model -> model.poisonedRow = 5));
    assertThat(diverged.exitCode()).isEqualTo(ExitCode.DIVERGED);
    assertThat(diverged).hasMessage("3 steps in a row had to be skipped");
    assertThat(diverged.problems().toString()).contains("rows 1, 2, 3, 4, 5, 6");
  }

  @Test
  void whenMemoryIsShortTheRunSaysWhatFitsOrHalvesAndEndsAlike() throws Exception {
    settings.documentsPerMicroStep = 8;
    settings.gradientAccumulationSteps = 1;
    byte[] expected = run().adapter();
    folder = Files.createTempDirectory(folder.getParent(), "short");
    Consumer<BigramLm> little = model -> model.mostTokens = 40;

    TuneException failure =
        catchThrowableOfType(
            TuneException.class, () -> run(new StopRequest(), event -> {}, little));
    assertThat(failure.exitCode()).isEqualTo(ExitCode.OUT_OF_MEMORY);
    assertThat(failure.problems().toString())
        .contains("asked for 4503599627370496 bytes")
        .contains("per_device_train_batch_size: 4 and gradient_accumulation_steps: 2")
        .contains("auto_find_batch_size");

    settings.autoFindBatchSize = true;
    Run halved = run(new StopRequest(), event -> {}, little);
    assertThat(halved.of(Event.Warned.class)).hasSizeBetween(1, 2);
    assertThat(halved.model.microStepTokens.stream().filter(tokens -> tokens > 40).count())
        .as("attempts that were too large, each told of")
        .isEqualTo(halved.of(Event.Warned.class).size());
    assertThat(largestDifference(floats(halved.adapter()), floats(expected))).isLessThan(1e-5);

    folder = Files.createTempDirectory(folder.getParent(), "none");
    TuneException hopeless =
        catchThrowableOfType(
            TuneException.class,
            () -> run(new StopRequest(), event -> {}, model -> model.mostTokens = 3));
    assertThat(hopeless.problems().toString()).contains("one document is all");
  }

  @Test
  void threeHundredStepsTakeNoMoreMemoryThanThirty() {
    settings.epochs = 60;
    long[] resident = new long[2];
    run(
        new StopRequest(),
        event -> {
          if (event instanceof Event.Step step && (step.step() == 30 || step.step() == 330)) {
            resident[step.step() / 300] = ProcessMemory.residentBytes();
          }
        });
    assertThat(resident[1] - resident[0]).isLessThan(48L << 20);
  }

  /// What a run leaves behind.
  private record Run(
      BigramLm model, int from, List<Event> events, List<float[]> values, Path folder) {
    <T extends Event> List<T> of(Class<T> kind) {
      return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    byte[] adapter() throws IOException {
      return Files.readAllBytes(folder.resolve("adapter_model.safetensors"));
    }
  }

  private Run run() {
    return run(new StopRequest(), event -> {});
  }

  private Run run(StopRequest stop, Consumer<Event> listener) {
    return run(stop, listener, model -> {});
  }

  private Run run(StopRequest stop, Consumer<Event> listener, Consumer<BigramLm> prepare) {
    List<Event> events = new ArrayList<>();
    List<float[]> values = new ArrayList<>();
    try (var model = new BigramLm(VOCABULARY)) {
      prepare.accept(model);
      values.add(HostArrays.values(model.parameters().values()));
      EventSink sink =
          new EventSink() {
            @Override
            public void emit(Event event) {
              events.add(event);
              if (event instanceof Event.Step) {
                values.add(HostArrays.values(model.parameters().values()));
              }
              listener.accept(event);
            }

            @Override
            public long sync() {
              return events.size();
            }
          };
      StepPlan plan = new StepPlan(documents, settings.training(), settings.shuffle);
      RunIdentity identity =
          RunIdentity.of(settings.config(), "bigram", plan.steps(), documents, eval);
      AdapterFormat format =
          (target, parameters) ->
              WholeFile.write(
                  target.resolve("adapter_model.safetensors"),
                  file ->
                      SafetensorsWriter.write(
                          file,
                          parameters.list().stream()
                              .map(p -> new SafetensorsWriter.Named(p.name(), p.value()))
                              .toList()));
      var checkpoints =
          new Checkpoints(folder, identity, format, settings.training().saveTotalLimit());
      Optional<RunCheckpoint> from = checkpoints.newest();
      new TrainingLoop(model, plan, eval, settings.config(), checkpoints, sink, stop).run(from);
      format.writeTo(folder, model.parameters());
      return new Run(model, from.map(c -> c.progress().step()).orElse(0), events, values, folder);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private float[] gradientsOf(int documentsPerMicroStep, int accumulation) {
    settings.documentsPerMicroStep = documentsPerMicroStep;
    settings.gradientAccumulationSteps = accumulation;
    return gradients(new StepPlan(documents, settings.training(), false).microSteps(0), 0);
  }

  private static List<PackedBatch> packOf(List<Document> documents) {
    var packs = Packing.bestFit(documents, 8 * 16);
    assertThat(packs).hasSize(1);
    return List.of(new PackedBatch(packs.getFirst()));
  }

  private static float[] gradients(List<PackedBatch> step, int halvings) {
    long labels = step.stream().mapToLong(PackedBatch::labelTokens).sum();
    try (var model = new BigramLm(VOCABULARY)) {
      List<PackedBatch> parts = Halving.split(step, halvings);
      assertThat(parts.size()).isGreaterThanOrEqualTo(Math.min(8, step.size() << halvings));
      parts.forEach(part -> model.accumulate(part, 1.0 / labels, 0));
      return HostArrays.values(model.parameters().gradients());
    }
  }

  private List<String> checkpoints() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(each -> each.getFileName().toString())
          .filter(name -> name.startsWith("checkpoint-"))
          .sorted()
          .toList();
    }
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.rangeClosed(from, to).boxed().toList();
  }

  private static float[] floats(byte[] safetensors) {
    var bytes = ByteBuffer.wrap(safetensors).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) bytes.getLong();
    float[] values = new float[(safetensors.length - 8 - header) / 4];
    bytes
        .slice(8 + header, 4 * values.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float each : values) {
      largest = Math.max(largest, Math.abs(each));
    }
    return largest;
  }

  private static double largestDifference(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    float[] difference = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return largest(difference);
  }
}
