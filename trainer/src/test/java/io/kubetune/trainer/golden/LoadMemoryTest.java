package io.kubetune.trainer.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetune.contract.TrainingConfig;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TrainingConfig.Lora;
import io.kubetune.contract.TrainingConfig.Modules;
import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.trainer.files.SafetensorsWriter;
import io.kubetune.trainer.files.SafetensorsWriter.Named;
import io.kubetune.trainer.model.Models;
import io.kubetune.trainer.tensor.Scope;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model that is quantized while it is loaded is never in memory as a whole.
class LoadMemoryTest {
  private static final int HIDDEN = 1024;
  private static final int INNER = 2048;
  private static final int LAYERS = 6;
  private static final int VOCABULARY = 1000;

  @Test
  void quantizingPeaksAtTheQuantizedModelAndOneTensor(@TempDir Path folder) throws IOException {
    Path clearRefs = Path.of("/proc/self/clear_refs");
    assumeTrue(Files.isWritable(clearRefs), "SKIPPED: the peak of memory can't be reset here");
    long fileBytes = writeModel(folder);
    warmUp(folder);
    System.gc();
    Files.writeString(clearRefs, "5"); // proc(5): resets VmHWM
    long before = status("VmRSS:");
    try (Models.OpenModel model = Models.open(config(), folder)) {
      long grown = status("VmHWM:") - before;
      long linears = LAYERS * (4L * HIDDEN * HIDDEN + 3L * HIDDEN * INNER);
      long quantized = linears * 33 / 64; // 4 bits and a byte of scale a block of 64, a bit more
      long largest = 4L * HIDDEN * INNER;
      long table = 4L * HIDDEN * VOCABULARY;
      long adapter = 2 * 4 * model.lm().parameters().count(); // values and gradients
      long allowed = quantized + table + adapter + 3 * largest + (20L << 20);
      assertThat(grown).isLessThan(allowed);
      assertThat(allowed).isLessThan(fileBytes / 2); // else the test would prove nothing
    }
  }

  /// Libraries and code are loaded before anything is measured.
  private static void warmUp(Path folder) {
    Models.open(config(), folder).close();
  }

  private static TrainingConfig config() {
    Lora lora =
        new Lora(
            4,
            4,
            0,
            Optional.of(new Modules.Names(List.of("q_proj"))),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Map.of(),
            Map.of(),
            Lora.Bias.NONE,
            false,
            false,
            Lora.Init.KAIMING,
            List.of(),
            List.of());
    return Settings.of(
        Method.QLORA, lora, new Quantization(Quantization.Kind.NF4, true, NumberType.FLOAT32));
  }

  private static long writeModel(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "llama", "hidden_size": %d, "intermediate_size": %d, "num_attention_heads": 8,
         "num_hidden_layers": %d, "vocab_size": %d, "tie_word_embeddings": true}
        """
            .formatted(HIDDEN, INNER, LAYERS, VOCABULARY));
    Path file = folder.resolve("model.safetensors");
    try (Scope scope = new Scope();
        FileChannel out =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      List<Named> tensors = new ArrayList<>();
      tensors.add(new Named("model.embed_tokens.weight", torch.randn(VOCABULARY, HIDDEN)));
      tensors.add(new Named("model.norm.weight", torch.ones(HIDDEN)));
      for (int i = 0; i < LAYERS; i++) {
        String p = "model.layers." + i + ".";
        for (String each : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
          tensors.add(new Named(p + "self_attn." + each + ".weight", torch.randn(HIDDEN, HIDDEN)));
        }
        tensors.add(new Named(p + "mlp.gate_proj.weight", torch.randn(INNER, HIDDEN)));
        tensors.add(new Named(p + "mlp.up_proj.weight", torch.randn(INNER, HIDDEN)));
        tensors.add(new Named(p + "mlp.down_proj.weight", torch.randn(HIDDEN, INNER)));
        tensors.add(new Named(p + "input_layernorm.weight", torch.ones(HIDDEN)));
        tensors.add(new Named(p + "post_attention_layernorm.weight", torch.ones(HIDDEN)));
      }
      SafetensorsWriter.write(out, tensors);
    }
    return Files.size(file);
  }

  private static long status(String key) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
