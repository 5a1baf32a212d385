package io.kubetune.trainer.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import java.nio.file.Path;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Byte for byte what bitsandbytes computes: make_int8_golden.py made the expectations.
class Int8MatrixTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("kubetune.root"))
          .resolve("trainer/src/test/resources/load/int8.safetensors");

  private static Tensor golden(Safetensors file, String name) {
    return file.read(name, Tensor::clone);
  }

  @ParameterizedTest
  @ValueSource(strings = {"normal", "ragged", "outliers", "zeros"})
  void codesScalesAndValuesAreBitsandbytes(String name) {
    try (Safetensors file = Safetensors.open(GOLDEN);
        Scope scope = new Scope();
        Int8Matrix matrix = Int8Matrix.quantize(name, golden(file, name + ".weight"))) {
      assertThat(matrix.codes().equal(golden(file, name + ".codes"))).as("codes").isTrue();
      assertThat(matrix.absmax().equal(golden(file, name + ".absmax"))).as("absmax").isTrue();
      Tensor expected = golden(file, name + ".fp32");
      Tensor fp32 = HostArrays.empty(ScalarType.Float, matrix.rows(), matrix.columns());
      matrix.dequantize(fp32);
      assertThat(fp32.equal(expected)).as("fp32").isTrue();
      Tensor bf16 = HostArrays.empty(ScalarType.BFloat16, matrix.rows(), matrix.columns());
      matrix.dequantize(bf16);
      assertThat(bf16.equal(expected.to(ScalarType.BFloat16))).as("bf16").isTrue();
    }
  }

  @Test
  void aLargeStackIsRightInEveryRow() {
    try (Scope scope = new Scope();
        Scratch scratch = new Scratch();
        QuantizedWeight weight =
            new QuantizedWeight(
                new Quantization(Quantization.Kind.INT8, false, NumberType.AUTO), scratch)) {
      Tensor values = torch.arange(new Scalar(3001L * 701)).sin().view(3001, 701);
      weight.append("a", values.narrow(0, 0, 2000));
      weight.append("b", values.narrow(0, 2000, 1001));
      // A code is off by at most half a step of 1/127, and fp16 by 2^-12 of the value.
      float worst = weight.computed(ScalarType.Float).sub(values).abs().max().item_float();
      assertThat(worst).isBetween(0.003f, 0.5f / 127 + 0.0003f);
      assertThat(weight.bytes()).isEqualTo(3001L * 701 + 3001 * 4);
    }
  }

  @Test
  void aValueThatFp16CantHoldIsRefusedByName() {
    try (Scope scope = new Scope()) {
      Tensor weight = torch.zeros(3, 100);
      weight.narrow(0, 1, 1).narrow(1, 50, 1).fill_(new Scalar(1e6f));
      assertThatThrownBy(() -> Int8Matrix.quantize("up_proj.weight", weight))
          .isInstanceOf(TuneException.class)
          .extracting(e -> ((TuneException) e).problems().getFirst().place())
          .isEqualTo("up_proj.weight");
    }
  }
}
