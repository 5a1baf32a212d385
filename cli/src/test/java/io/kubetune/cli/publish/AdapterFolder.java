package io.kubetune.cli.publish;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// Writes a small adapter in PEFT's format, the same for the same seed.
///
/// ```
/// Path results = AdapterFolder.write(dir, 1 << 20, 42);
/// ```
public final class AdapterFolder {
  public static final String CONFIG =
      """
      {
        "base_model_name_or_path": "HuggingFaceTB/SmolLM2-135M",
        "peft_type": "LORA",
        "r": 8,
        "lora_alpha": 16,
        "target_modules": ["q_proj", "v_proj"]
      }
      """;

  private AdapterFolder() {}

  /// @param weightBytes of the one tensor, a multiple of 4
  public static Path write(Path folder, int weightBytes, long seed) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("adapter_config.json"), CONFIG);
    Files.write(folder.resolve("adapter_model.safetensors"), weights(weightBytes, seed));
    Files.writeString(folder.resolve("README.md"), "# a model card, which is not packaged\n");
    return folder;
  }

  public static byte[] weights(int weightBytes, long seed) {
    String header =
        "{\"base_model.model.q_proj.lora_A.weight\":{\"dtype\":\"F32\",\"shape\":[8,%d],"
                .formatted(weightBytes / 32)
            + "\"data_offsets\":[0,%d]}}".formatted(weightBytes);
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    byte[] data = new byte[weightBytes];
    new Random(seed).nextBytes(data);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
    out.writeBytes(text);
    out.writeBytes(data);
    return out.toByteArray();
  }
}
