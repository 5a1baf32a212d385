package io.kubetune.trainer.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Memory;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.lora.AdapterFolder;
import io.kubetune.trainer.model.Models;
import io.kubetune.trainer.tensor.HostArrays;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/// Documents that start alike, in one step, give what they give one by one.
class SharedPrefixesTest {
  private static final Path FIELDS =
      Path.of(System.getProperty("kubetune.root", ".."), "trainer/src/test/resources/fields");

  /// Every golden model, so every architecture, and the two of this repository.
  static List<Path> folders() throws IOException {
    Path goldens = Path.of(System.getProperty("kubetune.shared", "../shared"), "goldens/models");
    List<Path> folders = new ArrayList<>(List.of(FIELDS.resolve("qwen2"), FIELDS.resolve("phi")));
    if (Files.isDirectory(goldens)) {
      try (Stream<Path> models = Files.list(goldens)) {
        models.filter(Files::isDirectory).sorted().forEach(folders::add);
      }
    }
    return folders;
  }

  private static TrainingConfig config(Path folder, int threads, Memory memory, NumberType type) {
    return config(folder, threads, memory, type, Quantization.Kind.NONE);
  }

  private static TrainingConfig config(
      Path folder, int threads, Memory memory, NumberType type, Quantization.Kind kind) {
    TrainingConfig c =
        Settings.of(
            kind == Quantization.Kind.NONE
                ? KubetuneConfig.Method.LORA
                : KubetuneConfig.Method.QLORA,
            AdapterFolder.settings(adapter(folder)),
            new Quantization(kind, true, NumberType.FLOAT32));
    return new TrainingConfig(
        c.model(),
        c.quantization(),
        c.lora(),
        c.training(),
        c.dataset(),
        new KubetuneConfig(
            c.kubetune().method(),
            c.kubetune().lossOn(),
            c.kubetune().onLongDocument(),
            type,
            c.kubetune().device(),
            threads,
            memory,
            0,
            Optional.empty(),
            false));
  }

  private static Path adapter(Path folder) {
    return folder.resolve("adapters/default/initial");
  }

  private static List<Document> rows(Path folder) {
    try (Safetensors file = Safetensors.open(folder.resolve("golden.safetensors"))) {
      return Rows.padded(file, "train.input_ids", "train.labels", Optional.empty());
    }
  }

  /// The first `length` tokens of one document, then another; learned from `firstLabel` on.
  private static Document joined(Document start, int length, Document end, int firstLabel) {
    int[] tokens = Arrays.copyOf(start.tokens(), length + end.length());
    System.arraycopy(end.tokens(), 0, tokens, length, end.length());
    int[] labels = tokens.clone();
    Arrays.fill(labels, 0, firstLabel, Document.IGNORED);
    return new Document(tokens, labels, end.row());
  }

  /// Two groups that share 30 and 18 tokens, one document that shares none, and one that ends where
  /// the others part.
  private static List<Document> documents(Path folder, boolean startIsLearned) {
    List<Document> rows = rows(folder);
    Document a = joined(rows.get(8), 10, rows.get(9), 0);
    Document b = rows.get(10);
    List<Document> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(joined(a, 30, rows.get(i), startIsLearned ? 0 : 35 + i));
    }
    all.add(rows.get(4));
    for (int i = 5; i < 8; i++) {
      all.add(joined(b, 18, rows.get(i), startIsLearned ? 3 : 18));
    }
    Document first = all.getFirst();
    all.add(
        new Document(
            Arrays.copyOf(first.tokens(), 31), Arrays.copyOf(first.labels(), 31), first.row()));
    return all;
  }

  private record Found(double loss, float[] gradients, double evaluated) {
    void is(Found expected, float part) {
      assertThat(loss).isCloseTo(expected.loss, within(part * expected.loss));
      assertThat(evaluated).isCloseTo(expected.evaluated, within(part * expected.evaluated));
      float largest = 0;
      for (float each : expected.gradients) {
        largest = Math.max(largest, Math.abs(each));
      }
      assertThat(gradients).containsExactly(expected.gradients, within(part * largest));
    }
  }

  private static Found compute(TrainingConfig config, Path folder, List<List<PackedBatch>> steps) {
    List<PackedBatch> batches = steps.stream().flatMap(List::stream).toList();
    int labels = batches.stream().mapToInt(PackedBatch::labelTokens).sum();
    try (Models.OpenModel model = Models.open(config, folder)) {
      AdapterFolder.load(adapter(folder), model.lm().parameters());
      double loss = 0;
      for (List<PackedBatch> step : steps) {
        loss += model.lm().accumulate(step, 1.0 / labels, number -> 0);
      }
      double evaluated =
          steps.stream()
              .map(step -> step.stream().flatMap(b -> b.documents().stream()).toList())
              .mapToDouble(all -> model.lm().evaluate(new PackedBatch(all)).crossEntropy())
              .sum();
      return new Found(loss, HostArrays.values(model.lm().parameters().gradients()), evaluated);
    }
  }

  private static List<List<PackedBatch>> oneByOne(List<Document> documents) {
    return documents.stream().map(d -> List.of(new PackedBatch(List.of(d)))).toList();
  }

  private static List<List<PackedBatch>> together(List<Document> documents) {
    return List.of(
        List.of(
            new PackedBatch(documents.subList(0, 3)),
            new PackedBatch(documents.subList(3, documents.size()))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("folders")
  void everyArchitectureComputesWhatDocumentsShareOnce(Path folder) {
    assumeTrue(Files.isDirectory(adapter(folder)));
    TrainingConfig config = config(folder, 2, Memory.FAST, NumberType.FLOAT32);
    for (boolean startIsLearned : new boolean[] {false, true}) {
      List<Document> documents = documents(folder, startIsLearned);
      compute(config, folder, together(documents))
          .is(compute(config, folder, oneByOne(documents)), 1e-5f);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, FAST, FLOAT32, NONE, 1e-5",
    "2, SMALL, FLOAT32, NONE, 1e-5",
    "2, FAST, FLOAT32, NF4, 1e-5",
    "2, FAST, BFLOAT16, NONE, 4e-2"
  })
  void howStepsAreComputedChangesNothing(
      int threads, Memory memory, NumberType type, Quantization.Kind kind, float part) {
    Path folder = FIELDS.resolve("qwen2");
    List<Document> documents = documents(folder, true);
    compute(config(folder, threads, memory, type, kind), folder, together(documents))
        .is(compute(config(folder, 1, Memory.FAST, type, kind), folder, oneByOne(documents)), part);
  }

  @Test
  void aStepIsReproducibleBitForBit() {
    Path folder = FIELDS.resolve("qwen2");
    TrainingConfig config = config(folder, 2, Memory.FAST, NumberType.BFLOAT16);
    List<List<PackedBatch>> steps = together(documents(folder, false));
    float[] first = compute(config, folder, steps).gradients();
    for (int i = 0; i < 5; i++) {
      assertThat(compute(config, folder, steps).gradients()).containsExactly(first);
    }
  }

  /// A document that is there four times is shared but for its last token, and the mean loss and
  /// its gradient are those that PEFT has for one of each.
  @ParameterizedTest(name = "{0}")
  @MethodSource("folders")
  void documentsThatAreThereFourTimesMatchPeft(Path folder) throws IOException {
    Path adapter = folder.resolve("adapters/default/initial");
    assumeTrue(Files.isDirectory(adapter));
    var golden = JsonMapper.shared().readTree(Files.readString(folder.resolve("golden.json")));
    var text = new ByteArrayOutputStream();
    Report report = new Report(new PrintStream(text, true, StandardCharsets.UTF_8));
    try (Safetensors reference = Safetensors.open(folder.resolve("golden.safetensors"));
        Models.OpenModel model = Models.open(Settings.of(adapter), folder)) {
      AdapterFolder.load(adapter, model.lm().parameters());
      Comparison to = new Comparison(folder.getFileName().toString(), reference, report);
      List<Document> repeated = Stream.generate(to::rows).limit(4).flatMap(List::stream).toList();
      to.gradients(
          model,
          "default.grad.",
          "default.loss",
          new PackedBatch(repeated),
          golden.path("adapters").path("default").path("loss"));
    }
    assertThat(report.finish()).as(text.toString(StandardCharsets.UTF_8)).isZero();
  }
}
