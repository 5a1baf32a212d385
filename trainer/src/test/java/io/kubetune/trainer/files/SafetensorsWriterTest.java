package io.kubetune.trainer.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.trainer.files.SafetensorsWriter.Named;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.tensor.Scope;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @TempDir Path folder;

  @Test
  void anAdapterWrittenAgainIsTheFileThatPeftWrote() throws Exception {
    Path peft = golden();
    byte[] expected = Files.readAllBytes(peft);
    try (Safetensors file = Safetensors.open(peft);
        Arena arena = Arena.ofConfined();
        Scope scope = new Scope()) {
      List<Named> tensors = new ArrayList<>();
      file.entries().keySet().forEach(name -> tensors.add(new Named(name, file.map(name, arena))));
      assertThat(tensors).hasSizeGreaterThan(20);
      Collections.reverse(tensors); // their order must not count
      Path written = folder.resolve("adapter_model.safetensors");
      WholeFile.write(written, out -> SafetensorsWriter.write(out, tensors));
      assertThat(Files.readAllBytes(written)).isEqualTo(expected);
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
