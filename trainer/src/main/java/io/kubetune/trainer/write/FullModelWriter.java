package io.kubetune.trainer.write;

import io.kubetune.trainer.files.SafetensorsWriter;
import io.kubetune.trainer.files.WholeFile;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.train.AdapterFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Writes a model whose every weight was trained (`method: full`): `model.safetensors` in fp32, and
/// beside it the base model's configuration and tokenizer.
///
/// ```
/// new FullModelWriter(Path.of(config.model().path())).writeTo(outputDir, model.parameters());
/// ```
///
/// @param baseModel folder that the run started from
public record FullModelWriter(Path baseModel) implements AdapterFormat {
  public static final String MODEL = "model.safetensors";

  private static final List<String> COPIED =
      List.of(
          "config.json",
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "chat_template.jinja");

  @Override
  public void writeTo(Path folder, Parameters parameters) throws IOException {
    WholeFile.write(
        folder.resolve(MODEL),
        file -> SafetensorsWriter.write(file, AdapterWriter.tensors(parameters)));
    for (String name : COPIED) {
      Path source = baseModel.resolve(name);
      if (Files.exists(source)) {
        byte[] bytes = Files.readAllBytes(source);
        WholeFile.write(
            folder.resolve(name), file -> WholeFile.writeAll(file, ByteBuffer.wrap(bytes)));
      }
    }
  }
}
