package io.kubetune.trainer.golden;

import io.kubetune.contract.TrainingConfig;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Everything in one golden model's folder: logits, loss, and for each adapter its gradients and
/// five optimizer steps.
final class ModelGolden {
  private final Path folder;
  private final String name;
  private final Report report;
  private final JsonNode golden;

  ModelGolden(Path folder, Report report) throws IOException {
    this.folder = folder;
    this.name = folder.toAbsolutePath().normalize().getFileName().toString();
    this.report = report;
    this.golden = JsonMapper.shared().readTree(Files.readString(folder.resolve("golden.json")));
  }

  void run() {
    try (Safetensors reference = Safetensors.open(folder.resolve("golden.safetensors"))) {
      base(reference);
      if (Files.exists(folder.resolve("experts-v4.safetensors"))) {
        expertsApart(reference);
      }
      List<String> variants = new ArrayList<>();
      golden.path("adapters").properties().forEach(e -> variants.add(e.getKey()));
      for (String variant : variants) {
        adapter(reference, variant);
      }
    }
  }

  private void base(Safetensors reference) {
    TrainingConfig config = Settings.lora(folder.resolve("adapters/default/initial"));
    try (Models.OpenModel model = Models.open(config, folder)) {
      model.lm().adapterEnabled(false);
      List<Document> rows = rows(reference, "input_ids", "labels", "attention_mask");
      logits(reference, model, rows, "logits");
      lossIs("loss", loss(model, new PackedBatch(rows)), golden.path("base_loss"));
      if (reference.entries().containsKey("short.logits")) {
        int length = golden.path("short").path("length").asInt();
        List<Document> cut = rows.stream().map(d -> Rows.cut(d, length)).toList();
        logits(reference, model, cut, "short.logits");
        lossIs(
            "short.loss",
            loss(model, new PackedBatch(cut)),
            golden.path("short").path("base_loss"));
      }
    } catch (RuntimeException e) {
      report.failed(name, "logits", e.toString() + causes(e));
    }
  }

  private void logits(
      Safetensors reference, Models.OpenModel model, List<Document> rows, String tensor) {
    float[] expected = Rows.floats(reference, tensor); // [B,L,V]
    long[] shape = reference.entries().get(tensor).shape();
    double worst = 0;
    float[] found;
    try (Scope scope = new Scope()) {
      found = HostArrays.values(model.lm().logits(new PackedBatch(rows)));
    }
    int at = 0;
    for (int b = 0; b < rows.size(); b++) {
      int values = rows.get(b).length() * (int) shape[2];
      for (int i = 0; i < values; i++) {
        worst =
            Rows.larger(
                worst, Math.abs(found[at + i] - expected[b * (int) (shape[1] * shape[2]) + i]));
      }
      at += values;
    }
    report.compare(name, tensor, worst, Tolerance.LOGITS);
  }

  private void adapter(Safetensors reference, String variant) {
    Path adapters = folder.resolve("adapters").resolve(variant);
    JsonNode notes = golden.path("adapters").path(variant);
    try (Models.OpenModel model = Models.open(Settings.of(adapters.resolve("initial")), folder)) {
      AdapterFolder.load(adapters.resolve("initial"), model.lm().parameters());
      List<Document> rows = rows(reference, "input_ids", "labels", "attention_mask");
      gradients(
          reference,
          model,
          variant + ".grad.",
          variant + ".loss",
          new PackedBatch(rows),
          notes.path("loss"));
      JsonNode packed = golden.path("packed");
      if (packed.path("adapter").asString("").equals(variant)) {
        gradients(
            reference,
            model,
            "packed.grad.",
            "packed.loss",
            Rows.packed(reference),
            packed.path("loss"));
      }
      if (Files.isDirectory(adapters.resolve("final"))) {
        train(reference, model, variant, notes.path("curve"));
        finalAdapter(adapters.resolve("final"), model, variant);
      }
    } catch (RuntimeException e) {
      report.failed(name, variant, e.toString() + causes(e));
    }
  }

  /// LoRA on each expert's own linears: its gradients are in a file of their own.
  private void expertsApart(Safetensors data) {
    Path initial = folder.resolve("adapters/experts-v4/initial");
    try (Safetensors reference = Safetensors.open(folder.resolve("experts-v4.safetensors"));
        Models.OpenModel model = Models.open(Settings.lora(initial), folder)) {
      AdapterFolder.load(initial, model.lm().parameters());
      JsonNode notes =
          JsonMapper.shared().readTree(Files.readString(folder.resolve("experts-v4.json")));
      PackedBatch batch = new PackedBatch(rows(data, "input_ids", "labels", "attention_mask"));
      gradients(reference, model, "grad.", "experts-v4.loss", batch, notes.path("loss"));
    } catch (IOException | RuntimeException e) {
      report.failed(name, "experts-v4", e.toString() + causes(e));
    }
  }

  private void gradients(
      Safetensors reference,
      Models.OpenModel model,
      String prefix,
      String lossName,
      PackedBatch batch,
      JsonNode loss) {
    model.lm().parameters().zeroGradients();
    double sum = model.lm().accumulate(batch, 1.0 / batch.labelTokens(), 0);
    lossIs(lossName, sum / batch.labelTokens(), loss);
    double worst = 0;
    for (Parameter each : model.lm().parameters().list()) {
      float[] expected = Rows.floats(reference, prefix + each.name());
      float[] found = HostArrays.values(each.gradient());
      double largest = 0;
      double deviation = 0;
      for (int i = 0; i < expected.length; i++) {
        largest = Math.max(largest, Math.abs(expected[i]));
        deviation = Rows.larger(deviation, Math.abs(expected[i] - found[i]));
      }
      worst = Rows.larger(worst, largest == 0 ? deviation : deviation / largest);
    }
    report.compare(name, lossName.replace(".loss", ".grad"), worst, Tolerance.GRADIENT);
  }

  /// Five optimizer steps of two micro-steps of two rows each, as the goldens' README describes
  /// them.
  private void train(
      Safetensors reference, Models.OpenModel model, String variant, JsonNode curve) {
    JsonNode t = golden.path("training");
    List<Document> rows = rows(reference, "train.input_ids", "train.labels", null);
    int steps = t.path("max_steps").asInt();
    int microSteps = t.path("gradient_accumulation_steps").asInt();
    int batch = t.path("per_device_train_batch_size").asInt();
    Schedule schedule =
        new Schedule(
            Training.Schedule.LINEAR,
            t.path("learning_rate").asDouble(),
            t.path("warmup_steps").asInt(),
            steps,
            0,
            0,
            0);
    AdamW.Settings settings =
        new AdamW.Settings(
            t.path("adam_beta1").asDouble(),
            t.path("adam_beta2").asDouble(),
            t.path("adam_epsilon").asDouble(),
            t.path("weight_decay").asDouble());
    double worstLoss = 0;
    double worstNorm = 0;
    try (AdamW optimizer = new AdamW(model.lm().parameters(), settings)) {
      for (int step = 0; step < steps; step++) {
        List<Document> all =
            rows.subList(step * microSteps * batch, (step + 1) * microSteps * batch);
        int labels = all.stream().mapToInt(Document::labelTokens).sum();
        model.lm().parameters().zeroGradients();
        double sum = 0;
        for (int m = 0; m < microSteps; m++) {
          sum +=
              model
                  .lm()
                  .accumulate(
                      new PackedBatch(all.subList(m * batch, (m + 1) * batch)), 1.0 / labels, 0);
        }
        double norm =
            GradientClip.clip(
                model.lm().parameters().gradients(), t.path("max_grad_norm").asDouble());
        optimizer.update(schedule.learningRate(step));
        worstLoss =
            Rows.larger(
                worstLoss, Math.abs(sum / labels - curve.path("loss").path(step).asDouble()));
        worstNorm =
            Rows.larger(
                worstNorm, Math.abs(norm / curve.path("grad_norm").path(step).asDouble() - 1));
      }
    }
    report.compare(name, variant + ".curve.loss", worstLoss, Tolerance.LOSS);
    report.compare(name, variant + ".curve.grad_norm", worstNorm, Tolerance.GRADIENT);
  }

  private void finalAdapter(Path file, Models.OpenModel model, String variant) {
    double worst = 0;
    try (Safetensors reference = Safetensors.open(file.resolve("adapter_model.safetensors"))) {
      for (Parameter each : model.lm().parameters().list()) {
        float[] expected = Rows.floats(reference, each.name());
        float[] found = HostArrays.values(each.value());
        for (int i = 0; i < expected.length; i++) {
          worst = Rows.larger(worst, Math.abs(expected[i] - found[i]));
        }
      }
    }
    report.compare(name, variant + ".final", worst, Tolerance.PARAMETER);
  }

  private double loss(Models.OpenModel model, PackedBatch batch) {
    return model.lm().evaluate(batch).crossEntropy() / batch.labelTokens();
  }

  private void lossIs(String quantity, double found, JsonNode expected) {
    report.compare(name, quantity, Math.abs(found - expected.asDouble(Double.NaN)), Tolerance.LOSS);
  }

  private static List<Document> rows(
      Safetensors reference, String ids, String labels, String mask) {
    return Rows.padded(reference, ids, labels, Optional.ofNullable(mask));
  }

  static String causes(Throwable e) {
    StackTraceElement[] trace = e.getStackTrace();
    return trace.length == 0 ? "" : " at " + trace[0] + (trace.length > 1 ? " < " + trace[1] : "");
  }
}
