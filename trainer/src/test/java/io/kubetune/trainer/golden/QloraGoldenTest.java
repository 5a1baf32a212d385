package io.kubetune.trainer.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.lora.AdapterFolder;
import io.kubetune.trainer.lora.Parameters.Parameter;
import io.kubetune.trainer.model.Models;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import io.kubetune.trainer.train.AdamW;
import io.kubetune.trainer.train.GradientClip;
import io.kubetune.trainer.train.Schedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// QLoRA computes what transformers, PEFT and bitsandbytes compute: logits, loss, gradients, five
/// steps.
class QloraGoldenTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("kubetune.shared"), "goldens", "nf4", "qlora");

  @ParameterizedTest
  @ValueSource(strings = {"plain", "double"})
  void matchesTheReference(String kind) throws Exception {
    assumeTrue(Files.isDirectory(FOLDER), () -> "SKIPPED: no " + FOLDER);
    JsonNode golden = JsonMapper.shared().readTree(Files.readString(FOLDER.resolve("golden.json")));
    JsonNode expected = golden.path("kinds").path(kind);
    Path adapter = FOLDER.resolve("adapter/initial");
    TrainingConfig config =
        Settings.of(
            Method.QLORA,
            AdapterFolder.settings(adapter),
            new Quantization(Quantization.Kind.NF4, kind.equals("double"), NumberType.AUTO));
    try (Safetensors reference = Safetensors.open(FOLDER.resolve("golden.safetensors"));
        Models.OpenModel model = Models.open(config, FOLDER)) {
      List<Document> rows =
          Rows.padded(reference, "input_ids", "labels", Optional.of("attention_mask"));
      model.lm().adapterEnabled(false);
      assertLogits(reference, kind + ".logits", model, rows);
      model.lm().adapterEnabled(true);
      AdapterFolder.load(adapter, model.lm().parameters());
      assertGradients(reference, kind, model, rows, expected.path("loss").asDouble());
      assertCurve(reference, model, golden.path("training"), expected.path("curve"));
      assertFinal(FOLDER.resolve("adapter/final-" + kind), model);
    }
  }

  private static void assertLogits(
      Safetensors reference, String name, Models.OpenModel model, List<Document> rows) {
    float[] expected = Rows.floats(reference, name); // [B,L,V]
    long[] shape = reference.entries().get(name).shape();
    float[] found;
    try (Scope scope = new Scope()) {
      found = HostArrays.values(model.lm().logits(new PackedBatch(rows)));
    }
    int at = 0;
    double worst = 0;
    for (int b = 0; b < rows.size(); b++) {
      int values = rows.get(b).length() * (int) shape[2];
      int from = b * (int) (shape[1] * shape[2]);
      for (int i = 0; i < values; i++) {
        worst = Rows.larger(worst, Math.abs(found[at + i] - expected[from + i]));
      }
      at += values;
    }
    assertThat(worst).as("logits").isLessThan(Tolerance.LOGITS.value);
  }

  private static void assertGradients(
      Safetensors reference,
      String kind,
      Models.OpenModel model,
      List<Document> rows,
      double loss) {
    PackedBatch batch = new PackedBatch(rows);
    model.lm().parameters().zeroGradients();
    double sum = model.lm().accumulate(batch, 1.0 / batch.labelTokens(), 0);
    assertThat(sum / batch.labelTokens()).isCloseTo(loss, within(Tolerance.LOSS.value));
    assertThat(model.lm().parameters().list()).isNotEmpty();
    for (Parameter each : model.lm().parameters().list()) {
      float[] expected = Rows.floats(reference, kind + ".grad." + each.name());
      float[] found = HostArrays.values(each.gradient());
      double largest = 0;
      double deviation = 0;
      for (int i = 0; i < expected.length; i++) {
        largest = Math.max(largest, Math.abs(expected[i]));
        deviation = Rows.larger(deviation, Math.abs(expected[i] - found[i]));
      }
      assertThat(deviation)
          .as(each.name())
          .isLessThanOrEqualTo(Tolerance.GRADIENT.value * Math.max(largest, 1e-12));
    }
  }

  private static void assertCurve(
      Safetensors reference, Models.OpenModel model, JsonNode how, JsonNode curve) {
    List<Document> rows =
        Rows.padded(reference, "train.input_ids", "train.labels", Optional.empty());
    double rate = how.path("learning_rate").asDouble();
    Schedule schedule = new Schedule(Training.Schedule.LINEAR, rate, 1, 5, 0, 0, 0);
    try (AdamW optimizer =
        new AdamW(model.lm().parameters(), new AdamW.Settings(0.9, 0.999, 1e-8, 0.01))) {
      for (int step = 0; step < 5; step++) {
        List<Document> four = rows.subList(step * 4, step * 4 + 4);
        int labels = four.stream().mapToInt(Document::labelTokens).sum();
        model.lm().parameters().zeroGradients();
        double sum = 0;
        for (List<Document> two : List.of(four.subList(0, 2), four.subList(2, 4))) {
          sum += model.lm().accumulate(new PackedBatch(two), 1.0 / labels, 0);
        }
        GradientClip.clip(model.lm().parameters().gradients(), 1);
        optimizer.update(schedule.learningRate(step));
        assertThat(sum / labels)
            .as("loss of step %d", step + 1)
            .isCloseTo(curve.path("loss").path(step).asDouble(), within(Tolerance.LOSS.value));
      }
    }
  }

  private static void assertFinal(Path folder, Models.OpenModel model) {
    try (Safetensors reference = Safetensors.open(folder.resolve("adapter_model.safetensors"))) {
      for (Parameter each : model.lm().parameters().list()) {
        float[] expected = Rows.floats(reference, each.name());
        float[] found = HostArrays.values(each.value());
        for (int i = 0; i < expected.length; i++) {
          assertThat(found[i])
              .as("%s[%d]", each.name(), i)
              .isCloseTo(expected[i], within((float) Tolerance.PARAMETER.value));
        }
      }
    }
  }
}
