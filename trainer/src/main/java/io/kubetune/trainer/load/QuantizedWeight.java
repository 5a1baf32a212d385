package io.kubetune.trainer.load;

import io.kubetune.contract.TrainingConfig.Quantization;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Profile;
import io.kubetune.trainer.tensor.Profile.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Linears in NF4 or int8, one below the other, brought into the compute type at each use.
///
/// Each linear is quantized by itself, as it would be if it stood alone: stacking them for one
/// product changes no value.
///
/// ```
/// QuantizedWeight weight = new QuantizedWeight(config.quantization(), scratch);
/// weight.append("q_proj.weight", q);   // q may be released afterwards
/// weight.append("k_proj.weight", k);
/// Tensor w = weight.computed(type);    // [q's rows + k's rows, in]
/// ```
public final class QuantizedWeight implements Weight {
  private final Quantization quantization;
  private final Scratch scratch;
  private final List<QuantizedMatrix> parts = new ArrayList<>();

  public QuantizedWeight(Quantization quantization, Scratch scratch) {
    this.quantization = quantization;
    this.scratch = scratch;
  }

  /// @param name for errors
  /// @param linear [rows, columns] in any floating type; it stays the caller's
  /// @throws io.kubetune.contract.TuneException BAD_MODEL where a value is not a finite number
  public void append(String name, Tensor linear) {
    if (!parts.isEmpty() && linear.size(1) != columns()) {
      throw new IllegalArgumentException(name + " has " + linear.size(1) + " columns");
    }
    parts.add(
        switch (quantization.kind()) {
          case NF4 ->
              here(
                  Nf4Matrix.quantize(name, linear, quantization.doubleQuantization()),
                  Nf4OnGpu::of);
          case INT8 -> here(Int8Matrix.quantize(name, linear), Int8OnGpu::of);
          case NONE -> throw new IllegalArgumentException("the configuration quantizes nothing");
        });
  }

  private static <M extends QuantizedMatrix> QuantizedMatrix here(
      M host, Function<M, QuantizedMatrix> onGpu) {
    return Placement.isGpu() ? onGpu.apply(host) : host;
  }

  @Override
  public long rows() {
    return parts.stream().mapToLong(QuantizedMatrix::rows).sum();
  }

  @Override
  public long columns() {
    return parts.getFirst().columns();
  }

  @Override
  public Tensor computed(ScalarType type) {
    return Profile.time(Part.UNPACKING, () -> unpacked(type));
  }

  private Tensor unpacked(ScalarType type) {
    Tensor all = scratch.of(type, rows(), columns());
    long at = 0;
    for (QuantizedMatrix part : parts) {
      part.dequantize(all.narrow(0, at, part.rows()));
      at += part.rows();
    }
    return all;
  }

  @Override
  public long bytes() {
    return parts.stream().mapToLong(QuantizedMatrix::bytes).sum();
  }

  @Override
  public void close() {
    parts.forEach(QuantizedMatrix::close);
  }
}
