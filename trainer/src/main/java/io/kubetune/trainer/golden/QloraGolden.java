package io.kubetune.trainer.golden;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.lora.AdapterFolder;
import io.kubetune.trainer.model.Models;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A model with its layers' linears in NF4, with plain and with doubly quantized scales.
record QloraGolden(Path folder, Report report) {

  void run() throws IOException {
    JsonNode golden = JsonMapper.shared().readTree(Files.readString(folder.resolve("golden.json")));
    golden.path("kinds").properties().forEach(kind -> kind(kind.getKey(), golden));
  }

  private void kind(String kind, JsonNode golden) {
    String name = folder.toAbsolutePath().normalize().getFileName() + "/" + kind;
    JsonNode notes = golden.path("kinds").path(kind);
    Path initial = folder.resolve("adapter/initial");
    Quantization quantization =
        new Quantization(Quantization.Kind.NF4, kind.equals("double"), NumberType.FLOAT32);
    TrainingConfig config =
        Settings.of(Method.QLORA, AdapterFolder.settings(initial), quantization);
    try (Safetensors reference = Safetensors.open(folder.resolve("golden.safetensors"));
        Models.OpenModel model = Models.open(config, folder)) {
      Comparison to = new Comparison(name, reference, report);
      PackedBatch batch = new PackedBatch(to.rows());
      model.lm().adapterEnabled(false);
      to.logits(model, to.rows(), kind + ".logits");
      to.lossIs("base.loss", to.loss(model, batch), notes.path("base_loss"));
      model.lm().adapterEnabled(true);
      AdapterFolder.load(initial, model.lm().parameters());
      to.gradients(model, kind + ".grad.", "loss", batch, notes.path("loss"));
      to.train(model, "qlora", golden.path("training"), notes.path("curve"));
      to.finalAdapter(folder.resolve("adapter/final-" + kind), model, "qlora");
    } catch (RuntimeException e) {
      report.failed(name, "qlora", e + ModelGolden.causes(e));
    }
  }
}
