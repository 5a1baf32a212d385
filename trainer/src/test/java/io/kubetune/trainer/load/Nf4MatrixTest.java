package io.kubetune.trainer.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Byte for byte what bitsandbytes computes.
class Nf4MatrixTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("kubetune.shared"), "goldens", "nf4", "tensors.safetensors");

  @BeforeAll
  static void goldensAreThere() {
    assumeTrue(Files.exists(GOLDEN), () -> "SKIPPED: no " + GOLDEN);
  }

  private static Tensor golden(Safetensors file, String name) {
    return file.read(name, Tensor::clone);
  }

  private static void assertSame(Tensor actual, Tensor expected, String what) {
    assertThat(actual.scalar_type().intern()).as(what).isEqualTo(expected.scalar_type().intern());
    assertThat(actual.reshape(-1).equal(expected.reshape(-1))).as(what).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"normal", "normal-bf16", "uniform", "zeros", "outliers", "ragged", "many", "tiny"})
  void plainScalesAreBitsandbytes(String name) {
    try (Safetensors file = Safetensors.open(GOLDEN);
        Scope scope = new Scope();
        Nf4Matrix matrix = Nf4Matrix.quantize(name, golden(file, name + ".weight"), false)) {
      assertSame(matrix.packed(), golden(file, name + ".plain.packed"), "packed");
      Nf4Scales.Plain scales = (Nf4Scales.Plain) matrix.scales();
      assertSame(scales.absmax(), golden(file, name + ".plain.absmax"), "absmax");
      assertDequantized(file, matrix, name + ".plain.");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"normal", "normal-bf16", "uniform", "zeros", "outliers", "ragged", "many", "tiny"})
  void doublyQuantizedScalesAreBitsandbytes(String name) {
    try (Safetensors file = Safetensors.open(GOLDEN);
        Scope scope = new Scope();
        Nf4Matrix matrix = Nf4Matrix.quantize(name, golden(file, name + ".weight"), true)) {
      assertSame(matrix.packed(), golden(file, name + ".double.packed"), "packed");
      Nf4Scales.Quantized scales = (Nf4Scales.Quantized) matrix.scales();
      assertSame(scales.codes(), golden(file, name + ".double.absmax"), "absmax");
      assertSame(scales.nested(), golden(file, name + ".double.nested_absmax"), "nested absmax");
      assertThat(scales.offset())
          .isEqualTo(golden(file, name + ".double.nested_offset").item_float());
      assertDequantized(file, matrix, name + ".double.");
    }
  }

  private static void assertDequantized(Safetensors file, Nf4Matrix matrix, String prefix) {
    for (ScalarType type : new ScalarType[] {ScalarType.Float, ScalarType.BFloat16}) {
      Tensor target = HostArrays.empty(type, matrix.rows(), matrix.columns());
      matrix.dequantize(target);
      String suffix = type == ScalarType.Float ? "fp32" : "bf16";
      assertSame(target, golden(file, prefix + suffix), suffix);
    }
  }

  @Test
  void bothTablesAreBitsandbytes() {
    try (Safetensors file = Safetensors.open(GOLDEN);
        Scope scope = new Scope()) {
      assertThat(Nf4Code.VALUES).containsExactly(HostArrays.values(golden(file, "code")));
      float[] map = HostArrays.values(golden(file, "nested_code"));
      for (int i = 0; i < 256; i++) {
        assertThat(DynamicMap.value(i)).as("value %d", i).isEqualTo(map[i]);
        assertThat(DynamicMap.nearest(map[i])).isEqualTo(i);
      }
    }
  }

  @Test
  void theNearestValueIsFoundAtEveryStepOfTheInterval() {
    for (int step = -2_000_000; step <= 2_000_000; step++) {
      float x = step / 2_000_000f;
      int found = Nf4Code.nearest(x);
      float distance = Math.abs(x - Nf4Code.VALUES[found]);
      for (int other : new int[] {Math.max(found - 1, 0), Math.min(found + 1, 15)}) {
        // Thresholds are rounded, so on one the two are as near but for the last bit.
        if (distance > Math.abs(x - Nf4Code.VALUES[other]) + 1e-7f) {
          fail("%s is nearer to value %d than to value %d", x, other, found);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, false", "2, false", "2, true"})
  void aLargeMatrixIsTheSameOnAnyNumberOfThreadsAndInChunks(int threads, boolean doubly) {
    int before = torch.get_num_threads();
    torch.set_num_threads(threads);
    try (Scope scope = new Scope()) {
      // More than two chunks, and an odd count, so that chunks and threads end within the matrix.
      Tensor weight = torch.arange(new Scalar(2501L * 1001)).sin();
      Tensor matrix = weight.view(2501, 1001);
      try (Nf4Matrix whole = Nf4Matrix.quantize("w", matrix, doubly)) {
        Tensor out = HostArrays.empty(ScalarType.Float, 2501, 1001);
        whole.dequantize(out);
        // Every value is the nearest of 16 multiples of its block's scale, so the error is at most
        // half the widest gap of the code (0.1519), plus what the scale itself was rounded by.
        float worst = out.sub(matrix).abs().max().item_float();
        assertThat(worst).isBetween(0.14f, doubly ? 0.165f : 0.15192f);
        assertThat(whole.bytes() * 8.0 / matrix.numel()).isLessThan(doubly ? 4.13 : 4.51);
      }
    } finally {
      torch.set_num_threads(before);
    }
  }

  @Test
  void theErrorOnNormalValuesIsTheOneThatThePaperImplies() {
    try (Scope scope = new Scope()) {
      torch.manual_seed(7);
      Tensor weight = torch.randn(1024, 1024);
      try (Nf4Matrix matrix = Nf4Matrix.quantize("w", weight, false)) {
        Tensor out = HostArrays.empty(ScalarType.Float, 1024, 1024);
        matrix.dequantize(out);
        assertThat(out.sub(weight).abs().mean().item_float()).isBetween(0.0725f, 0.0731f);
      }
    }
  }

  @Test
  void stackedLinearsAreQuantizedEachByItself() {
    try (Safetensors file = Safetensors.open(GOLDEN);
        Scope scope = new Scope();
        Scratch scratch = new Scratch();
        QuantizedWeight weight =
            new QuantizedWeight(
                new Quantization(Quantization.Kind.NF4, true, NumberType.AUTO), scratch)) {
      // The first has a short last block, so the second starts within a block of the stack.
      weight.append("a", golden(file, "normal.weight").narrow(0, 0, 7).contiguous());
      weight.append("b", golden(file, "normal.weight"));
      assertThat(weight.rows()).isEqualTo(47);
      Tensor computed = weight.computed(ScalarType.BFloat16);
      assertSame(
          computed.narrow(0, 7, 40).contiguous(), golden(file, "normal.double.bf16"), "second");
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void aWeightThatIsNoFiniteNumberIsRefusedByName(float value) {
    try (Scope scope = new Scope()) {
      Tensor weight = torch.zeros(3, 100);
      weight.narrow(0, 1, 1).narrow(1, 50, 1).fill_(new Scalar(value));
      assertThatThrownBy(() -> Nf4Matrix.quantize("up_proj.weight", weight, true))
          .isInstanceOf(TuneException.class)
          .extracting(e -> ((TuneException) e).problems().getFirst().place())
          .isEqualTo("up_proj.weight");
    }
  }
}
