package io.kubetune.trainer.golden;

import io.kubetune.contract.TrainingConfig.Training;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.lora.Parameters.Parameter;
import io.kubetune.trainer.model.Models;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import io.kubetune.trainer.train.AdamW;
import io.kubetune.trainer.train.GradientClip;
import io.kubetune.trainer.train.Schedule;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Holds an open model against one file of reference values, quantity by quantity.
///
/// @param name of the folder, as the report names it
/// @param reference holds inputs too: `input_ids`, `labels`, `attention_mask`, `train.*`
record Comparison(String name, Safetensors reference, Report report) {
  /// The two rows that logits, loss and gradients were computed on.
  List<Document> rows() {
    return rows("input_ids", "labels", "attention_mask");
  }

  void logits(Models.OpenModel model, List<Document> rows, String tensor) {
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

  void gradients(
      Models.OpenModel model, String prefix, String lossName, PackedBatch batch, JsonNode loss) {
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
    report.compare(name, lossName.replace("loss", "grad"), worst, Tolerance.GRADIENT);
  }

  /// Five optimizer steps of two micro-steps of two rows each, as the goldens' README describes
  /// them.
  void train(Models.OpenModel model, String variant, JsonNode t, JsonNode curve) {
    List<Document> rows = rows("train.input_ids", "train.labels", null);
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

  void finalAdapter(Path file, Models.OpenModel model, String variant) {
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

  double loss(Models.OpenModel model, PackedBatch batch) {
    return model.lm().evaluate(batch).crossEntropy() / batch.labelTokens();
  }

  void lossIs(String quantity, double found, JsonNode expected) {
    report.compare(name, quantity, Math.abs(found - expected.asDouble(Double.NaN)), Tolerance.LOSS);
  }

  private List<Document> rows(String ids, String labels, String mask) {
    return Rows.padded(reference, ids, labels, Optional.ofNullable(mask));
  }
}
