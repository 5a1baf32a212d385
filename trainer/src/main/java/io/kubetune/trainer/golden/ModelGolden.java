package io.kubetune.trainer.golden;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.lora.AdapterFolder;
import io.kubetune.trainer.model.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
      Comparison to = new Comparison(name, reference, report);
      base(to);
      if (Files.exists(folder.resolve("experts-v4.safetensors"))) {
        expertsApart(to);
      }
      List<String> variants = new ArrayList<>();
      golden.path("adapters").properties().forEach(e -> variants.add(e.getKey()));
      for (String variant : variants) {
        adapter(to, variant);
      }
    }
  }

  private void base(Comparison to) {
    TrainingConfig config = Settings.lora(folder.resolve("adapters/default/initial"));
    try (Models.OpenModel model = Models.open(config, folder)) {
      model.lm().adapterEnabled(false);
      List<Document> rows = to.rows();
      to.logits(model, rows, "logits");
      to.lossIs("loss", to.loss(model, new PackedBatch(rows)), golden.path("base_loss"));
      if (to.reference().entries().containsKey("short.logits")) {
        int length = golden.path("short").path("length").asInt();
        List<Document> cut = rows.stream().map(d -> Rows.cut(d, length)).toList();
        to.logits(model, cut, "short.logits");
        to.lossIs(
            "short.loss",
            to.loss(model, new PackedBatch(cut)),
            golden.path("short").path("base_loss"));
      }
    } catch (RuntimeException e) {
      report.failed(name, "logits", e.toString() + causes(e));
    }
  }

  private void adapter(Comparison to, String variant) {
    Path adapters = folder.resolve("adapters").resolve(variant);
    JsonNode notes = golden.path("adapters").path(variant);
    try (Models.OpenModel model = Models.open(Settings.of(adapters.resolve("initial")), folder)) {
      AdapterFolder.load(adapters.resolve("initial"), model.lm().parameters());
      List<Document> rows = to.rows();
      to.gradients(
          model, variant + ".grad.", variant + ".loss", new PackedBatch(rows), notes.path("loss"));
      JsonNode packed = golden.path("packed");
      if (packed.path("adapter").asString("").equals(variant)) {
        to.gradients(
            model, "packed.grad.", "packed.loss", Rows.packed(to.reference()), packed.path("loss"));
      }
      if (Files.isDirectory(adapters.resolve("final"))) {
        to.train(model, variant, golden.path("training"), notes.path("curve"));
        to.finalAdapter(adapters.resolve("final"), model, variant);
      }
    } catch (RuntimeException e) {
      report.failed(name, variant, e.toString() + causes(e));
    }
  }

  /// LoRA on each expert's own linears: its gradients are in a file of their own.
  private void expertsApart(Comparison to) {
    Path initial = folder.resolve("adapters/experts-v4/initial");
    try (Safetensors reference = Safetensors.open(folder.resolve("experts-v4.safetensors"));
        Models.OpenModel model = Models.open(Settings.lora(initial), folder)) {
      AdapterFolder.load(initial, model.lm().parameters());
      JsonNode notes =
          JsonMapper.shared().readTree(Files.readString(folder.resolve("experts-v4.json")));
      PackedBatch batch = new PackedBatch(to.rows());
      new Comparison(name, reference, report)
          .gradients(model, "grad.", "experts-v4.loss", batch, notes.path("loss"));
    } catch (IOException | RuntimeException e) {
      report.failed(name, "experts-v4", e.toString() + causes(e));
    }
  }

  static String causes(Throwable e) {
    StackTraceElement[] trace = e.getStackTrace();
    return trace.length == 0 ? "" : " at " + trace[0] + (trace.length > 1 ? " < " + trace[1] : "");
  }
}
