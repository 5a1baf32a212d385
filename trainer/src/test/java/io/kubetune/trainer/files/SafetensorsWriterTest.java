package io.kubetune.trainer.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.pytorch.global.torch.zeros;

import io.kubetune.trainer.files.SafetensorsWriter.Named;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SafetensorsWriterTest {
  @TempDir Path folder;

  @Test
  void anAdapterWrittenAgainIsTheFileThatPeftWrote() throws Exception {
    Path peft = golden();
    byte[] expected = Files.readAllBytes(peft);
    int headerBytes = (int) ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode header = JsonMapper.shared().readTree(expected, 8, headerBytes);
    try (var scope = new PointerScope()) {
      List<Named> tensors = new ArrayList<>();
      for (var each : header.properties()) {
        if (!each.getKey().startsWith("__")) {
          JsonNode shape = each.getValue().path("shape");
          tensors.add(
              new Named(each.getKey(), zeros(shape.get(0).asLong(), shape.get(1).asLong())));
        }
      }
      assertThat(tensors).hasSizeGreaterThan(20);
      SafetensorsRestore.into(tensors, peft);
      Collections.reverse(tensors); // their order must not count
      Path written = folder.resolve("adapter_model.safetensors");
      WholeFile.write(written, file -> SafetensorsWriter.write(file, tensors));
      assertThat(Files.readAllBytes(written)).isEqualTo(expected);
    }
  }

  @Test
  void aTruncatedFileOrAnotherShapeIsRefused() throws Exception {
    try (var scope = new PointerScope()) {
      Path file = folder.resolve("a.safetensors");
      var tensor = new Named("a", zeros(4, 3));
      WholeFile.write(file, out -> SafetensorsWriter.write(out, List.of(tensor)));
      byte[] whole = Files.readAllBytes(file);
      assertThat((whole.length - 48) % 8).as("tensors start at a multiple of eight").isZero();
      assertThatThrownBy(() -> SafetensorsRestore.into(List.of(new Named("a", zeros(3, 4))), file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no fp32 tensor a");
      Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 1));
      assertThatThrownBy(() -> SafetensorsRestore.into(List.of(tensor), file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ends at byte");
    }
  }

  @Test
  void aFileThatFailsHalfWayLeavesTheOldOneAndNothingElse() throws Exception {
    Path file = folder.resolve("eval_results.json");
    WholeFile.write(file, "old");
    assertThatThrownBy(() ->
            WholeFile.write(
                file,
                out -> {
                  WholeFile.writeAll(out, ByteBuffer.wrap(new byte[10]));
                  throw new IOException("No space left on device");
                }))
        .hasMessageContaining("No space left");
    assertThat(file).hasContent("old");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  private static Path golden() {
    Path shared = Path.of(System.getProperty("kubetune.shared", "../shared"));
    Path file =
        shared.resolve("goldens/models/llama2/adapters/all-linear/final/adapter_model.safetensors");
    if (!Files.exists(file)) {
      System.err.println("SKIPPED: no golden adapter at " + file);
    }
    Assumptions.assumeTrue(Files.exists(file));
    return file;
  }
}
