package io.kubetune.trainer.write;

import io.kubetune.contract.RunFiles;
import io.kubetune.contract.TrainingConfig;
import io.kubetune.trainer.files.SafetensorsWriter;
import io.kubetune.trainer.files.SafetensorsWriter.Named;
import io.kubetune.trainer.files.WholeFile;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.train.AdapterFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Writes the adapter as PEFT's `save_pretrained` does: `adapter_config.json` and
/// `adapter_model.safetensors`.
///
/// ```
/// new AdapterWriter(config.model(), open.adapter()).writeTo(outputDir, model.parameters());
/// ```
///
/// @param lora with every choice made: names in place of an architecture's default
public record AdapterWriter(TrainingConfig.Model base, TrainingConfig.Lora lora)
    implements AdapterFormat {

  @Override
  public void writeTo(Path folder, Parameters parameters) throws IOException {
    WholeFile.write(
        folder.resolve(RunFiles.ADAPTER_MODEL),
        file -> SafetensorsWriter.write(file, tensors(parameters)));
    WholeFile.write(folder.resolve(RunFiles.ADAPTER_CONFIG), AdapterConfig.json(base, lora) + "\n");
  }

  static List<Named> tensors(Parameters parameters) {
    return parameters.list().stream().map(each -> new Named(each.name(), each.value())).toList();
  }
}
