package io.kubetune.trainer.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetune.trainer.Main;
import io.kubetune.trainer.kernel.HostKernels;
import io.kubetune.trainer.kernel.LayerKernels;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What this machine's own kernels hide from the other golden tests: those of older processors, and
/// libtorch's operations for where there are none. A process each, for kernels are chosen once.
class KernelGenerationsTest {
  private static final Path GOLDENS =
      Path.of(System.getProperty("kubetune.shared", "../shared"), "goldens");

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"libtorch", "avx2", "avx512"})
  void olderProcessorsComputeTheSame(String generation) throws Exception {
    assumeTrue(Files.isDirectory(GOLDENS), "no reference values here");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "golden",
            GOLDENS.resolve("models/llama3").toString(),
            GOLDENS.resolve("nf4").toString());
    builder.environment().put(LayerKernels.SWITCH, generation);
    Process process = builder.redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    if (generation.equals("libtorch")) {
      assertThat(text).doesNotContain("kernels ");
    } else if (hasKernels()) {
      assertThat(text)
          .contains(
              "kernels attention_3x64.bfloat16", "kernels product_back148x209x577_bf16.float");
    }
  }

  /// Else every figure of this project is measured without them, and nobody notices.
  @Test
  void aBuildWithACompilerHasKernelsForThisProcessor() {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "no AVX2 here");
    assumeTrue(Files.exists(Path.of("/usr/bin/g++")), "no compiler here");
    assertThat(hasKernels()).isTrue();
  }

  private static boolean hasKernels() {
    try (Scope scope = new Scope()) {
      return HostKernels.serving(Placement.zeros(ScalarType.Float, 1)) != null;
    }
  }
}
