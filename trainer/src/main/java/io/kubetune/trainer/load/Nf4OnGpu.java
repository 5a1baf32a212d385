package io.kubetune.trainer.load;

import io.kubetune.trainer.kernel.LayerKernels;
import io.kubetune.trainer.kernel.LayerKernels.Nf4Parts;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Scope;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// An [Nf4Matrix] in a GPU's memory, byte for byte, and unpacked there.
///
/// @param bytes that it holds
public record Nf4OnGpu(long rows, long columns, Nf4Parts parts, long bytes)
    implements QuantizedMatrix {
  /// Bytes unpacked at a time without a kernel: 128 MB of fp32.
  private static final long CHUNK = 16L << 20;

  /// Closes the matrix that it copies.
  static Nf4OnGpu of(Nf4Matrix host) {
    try (host;
        Scope scope = new Scope()) {
      Tensor packed = own(host.packed());
      Nf4Parts parts =
          switch (host.scales()) {
            case Nf4Scales.Plain plain ->
                new Nf4Parts(packed, null, own(plain.absmax()), null, null, null, 0);
            case Nf4Scales.Quantized quantized ->
                new Nf4Parts(
                    packed,
                    null,
                    null,
                    own(quantized.codes()),
                    own(quantized.nested()),
                    own(HostArrays.floats(DynamicMap.values())),
                    quantized.offset());
          };
      return new Nf4OnGpu(host.rows(), host.columns(), parts, host.bytes());
    }
  }

  private static Tensor own(Tensor host) {
    return Scope.own(Placement.copy(host));
  }

  @Override
  public void dequantize(Tensor target) {
    if (target.numel() != rows * columns) {
      throw new IllegalArgumentException("the target is not [" + rows + ", " + columns + "]");
    }
    LayerKernels kernels = Placement.isGpu() ? LayerKernels.serving(target, target.numel()) : null;
    if (kernels != null && target.numel() % Nf4Matrix.BLOCK == 0) {
      kernels.nf4(parts, target);
      return;
    }
    try (Scope scope = new Scope()) {
      bySingleOperations(target.view(-1));
    }
  }

  /// Each byte is a row of a table of pairs.
  private void bySingleOperations(Tensor target) {
    float[] pairs = new float[2 * 256];
    for (int pair = 0; pair < 256; pair++) {
      pairs[2 * pair] = Nf4Code.VALUES[pair >>> 4];
      pairs[2 * pair + 1] = Nf4Code.VALUES[pair & 15];
    }
    Tensor table = Placement.here(HostArrays.floats(pairs)).view(256, 2);
    Tensor scales = scales();
    for (long at = 0; at < parts.packed().numel(); at += CHUNK) {
      try (Scope scope = new Scope()) {
        long count = Math.min(CHUNK, parts.packed().numel() - at);
        Tensor index = parts.packed().narrow(0, at, count).to(ScalarType.Int);
        Tensor values = table.index_select(0, index).view(-1);
        long here = Math.min(2 * count, target.numel() - 2 * at); // an odd count's last half byte
        long blocks = (here + Nf4Matrix.BLOCK - 1) / Nf4Matrix.BLOCK;
        Tensor each =
            scales
                .narrow(0, 2 * at / Nf4Matrix.BLOCK, blocks)
                .unsqueeze(1)
                .expand(blocks, Nf4Matrix.BLOCK)
                .reshape(-1);
        target
            .narrow(0, 2 * at, here)
            .copy_(values.narrow(0, 0, here).mul(each.narrow(0, 0, here)));
      }
    }
  }

  /// [blocks] fp32.
  private Tensor scales() {
    if (parts.absmax() != null) {
      return parts.absmax();
    }
    long blocks = parts.codes().numel();
    Tensor nested =
        parts
            .nested()
            .unsqueeze(1)
            .expand(parts.nested().numel(), Nf4Scales.NESTED_BLOCK)
            .reshape(-1)
            .narrow(0, 0, blocks);
    return parts
        .map()
        .index_select(0, parts.codes().to(ScalarType.Int))
        .mul_(nested)
        .add_(new Scalar(parts.offset()));
  }

  @Override
  public void close() {
    Stream.of(parts.packed(), parts.absmax(), parts.codes(), parts.nested(), parts.map())
        .filter(java.util.Objects::nonNull)
        .forEach(Tensor::close);
  }
}
