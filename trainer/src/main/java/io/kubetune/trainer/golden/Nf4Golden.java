package io.kubetune.trainer.golden;

import io.kubetune.contract.TrainingConfig.NumberType;
import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.trainer.load.Nf4Matrix;
import io.kubetune.trainer.load.Nf4Scales;
import io.kubetune.trainer.load.QuantizedWeight;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.load.Scratch;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Tensors quantized to NF4, held against bitsandbytes byte for byte; the deviation is the number
/// of bytes or values that differ.
record Nf4Golden(Path folder, Report report) {
  private static final String WEIGHT = ".weight";

  void run() throws IOException {
    try (Safetensors file = Safetensors.open(folder.resolve("tensors.safetensors"))) {
      for (String tensor : file.entries().keySet()) {
        if (tensor.endsWith(WEIGHT)) {
          String name = tensor.substring(0, tensor.length() - WEIGHT.length());
          check(file, name, false);
          check(file, name, true);
        }
      }
    }
    if (Files.exists(folder.resolve("qlora/golden.json"))) {
      new QloraGolden(folder.resolve("qlora"), report).run();
    }
  }

  private void check(Safetensors file, String name, boolean doubly) {
    String prefix = name + (doubly ? ".double." : ".plain.");
    try (Scope scope = new Scope();
        Nf4Matrix matrix =
            Nf4Matrix.quantize(name, file.read(name + WEIGHT, Tensor::clone), doubly)) {
      same(file, prefix + "packed", matrix.packed());
      switch (matrix.scales()) {
        case Nf4Scales.Plain plain -> same(file, prefix + "absmax", plain.absmax());
        case Nf4Scales.Quantized quantized -> {
          same(file, prefix + "absmax", quantized.codes());
          same(file, prefix + "nested_absmax", quantized.nested());
          same(file, prefix + "nested_offset", HostArrays.floats(quantized.offset()));
        }
      }
      Tensor fp32 = HostArrays.empty(ScalarType.Float, matrix.rows(), matrix.columns());
      matrix.dequantize(fp32);
      same(file, prefix + "fp32", fp32);
      Tensor bf16 = HostArrays.empty(ScalarType.BFloat16, matrix.rows(), matrix.columns());
      matrix.dequantize(bf16);
      same(file, prefix + "bf16", bf16);
      if (Placement.isGpu()) {
        onGpu(file, name, doubly, prefix);
      }
    }
  }

  private void onGpu(Safetensors file, String name, boolean doubly, String prefix) {
    Quantization quantization = new Quantization(Quantization.Kind.NF4, doubly, NumberType.FLOAT32);
    try (Scratch scratch = new Scratch();
        QuantizedWeight weight = new QuantizedWeight(quantization, scratch)) {
      weight.append(name, file.read(name + WEIGHT, Tensor::clone));
      same(file, prefix + "fp32", weight.computed(ScalarType.Float));
      same(file, prefix + "bf16", weight.computed(ScalarType.BFloat16));
    }
  }

  private void same(Safetensors file, String tensor, Tensor found) {
    float[] expected = Rows.floats(file, tensor);
    float[] values = HostArrays.values(found);
    int different = Math.abs(expected.length - values.length);
    for (int i = 0; i < Math.min(expected.length, values.length); i++) {
      different += expected[i] == values[i] ? 0 : 1;
    }
    report.compare("nf4", tensor, different, Tolerance.EXACT);
  }
}
