package io.kubetune.trainer.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The way of single operations that a GPU takes without kernels, on the host, where it must give
/// what the host's own loops give. (`scripts/golden --device cuda` holds the kernels to the same.)
class OnGpuTest {
  @ParameterizedTest
  @CsvSource({"64,64,true", "64,64,false", "3,5,true", "7,129,false", "300,200,true"})
  void nf4UnpacksToTheSameBits(long rows, long columns, boolean doubly) {
    try (Scope scope = new Scope()) {
      Tensor weight = torch.randn(rows, columns);
      for (ScalarType type : new ScalarType[] {ScalarType.Float, ScalarType.BFloat16}) {
        Tensor expected = HostArrays.empty(type, rows, columns);
        Tensor found = HostArrays.empty(type, rows, columns);
        try (Nf4Matrix host = Nf4Matrix.quantize("w", weight, doubly)) {
          host.dequantize(expected);
        }
        try (Nf4OnGpu onGpu = Nf4OnGpu.of(Nf4Matrix.quantize("w", weight, doubly))) {
          onGpu.dequantize(found);
        }
        assertThat(found.equal(expected)).as(type.toString()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"64,64", "3,5", "300,200"})
  void int8UnpacksToTheSameBits(long rows, long columns) {
    try (Scope scope = new Scope()) {
      Tensor weight = torch.randn(rows, columns);
      for (ScalarType type : new ScalarType[] {ScalarType.Float, ScalarType.BFloat16}) {
        Tensor expected = HostArrays.empty(type, rows, columns);
        Tensor found = HostArrays.empty(type, rows, columns);
        try (Int8Matrix host = Int8Matrix.quantize("w", weight)) {
          host.dequantize(expected);
        }
        try (Int8OnGpu onGpu = Int8OnGpu.of(Int8Matrix.quantize("w", weight))) {
          onGpu.dequantize(found);
        }
        assertThat(found.equal(expected)).as(type.toString()).isTrue();
      }
    }
  }
}
