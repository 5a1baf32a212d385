package io.kubetune.trainer.load;

import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Ranges;
import io.kubetune.trainer.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// One matrix in int8 with a scale for each row, as bitsandbytes stores it for `load_in_8bit`.
///
/// A code is the fp16 value times 127/scale, rounded to the nearest, ties to even; the scale is the
/// row's largest magnitude. Activations are never quantized here, so LLM.int8()'s outlier columns
/// have no counterpart. Source: Dettmers et al. 2022, LLM.int8(), and bitsandbytes'
/// `int8_vectorwise_quant`.
///
/// ```
/// Int8Matrix q = Int8Matrix.quantize("model.layers.0.mlp.up_proj.weight", w);
/// q.dequantize(target);   // [out, in] fp32 or bf16
/// ```
public final class Int8Matrix implements QuantizedMatrix {
  /// 1/127 as bitsandbytes writes it.
  static final float INVERSE_127 = 0.007874015718698502f;

  /// Values that are worth a thread: 256 KB of fp32.
  private static final int VALUES_A_THREAD = 1 << 16;

  private final Tensor codes;
  private final Tensor absmax;

  private Int8Matrix(Tensor codes, Tensor absmax) {
    this.codes = codes;
    this.absmax = absmax;
  }

  /// @param name of the tensor, for errors
  /// @param weight [out, in] in any floating type; one row for each thread is held in fp32 at a
  ///   time
  /// @throws io.kubetune.contract.TuneException BAD_MODEL where a value is no finite fp16 number
  static Int8Matrix quantize(String name, Tensor weight) {
    int rows = Math.toIntExact(weight.size(0));
    int columns = Math.toIntExact(weight.size(1));
    int rowsAtOnce = Math.max(1, (1 << 20) / columns);
    try (Scope scope = new Scope()) {
      Tensor codes = HostArrays.empty(ScalarType.Char, rows, columns);
      Tensor absmax = HostArrays.empty(ScalarType.Float, rows);
      MemorySegment bytes = Native.memory(codes);
      MemorySegment maxima = Native.memory(absmax);
      for (int first = 0; first < rows; first += rowsAtOnce) {
        int count = Math.min(rowsAtOnce, rows - first);
        try (Scope chunkScope = new Scope()) {
          // bitsandbytes' Int8Params goes through fp16 whatever the checkpoint holds
          Tensor half = weight.narrow(0, first, count).to(ScalarType.Half);
          MemorySegment values = Native.memory(half.to(ScalarType.Float).contiguous());
          int start = first;
          Ranges.each(
              count,
              smallestRange(columns),
              (from, to) -> {
                for (int row = from; row < to; row++) {
                  long target = (long) (start + row) * columns;
                  float max = pack(values, (long) row * columns, columns, bytes, target);
                  maxima.setAtIndex(ValueLayout.JAVA_FLOAT, start + row, max);
                }
              });
        }
      }
      Finite.require(name, absmax);
      return new Int8Matrix(Scope.own(codes), Scope.own(absmax));
    }
  }

  private static int smallestRange(int columns) {
    return Math.max(1, VALUES_A_THREAD / columns);
  }

  /// Writes a row's codes and gives its largest magnitude.
  private static float pack(
      MemorySegment values, long from, int columns, MemorySegment bytes, long target) {
    float max = Native.largestMagnitude(values, from, from + columns);
    float factor = max == 0 ? 0 : 127 / max;
    for (int i = 0; i < columns; i++) {
      float scaled = values.getAtIndex(ValueLayout.JAVA_FLOAT, from + i) * factor;
      bytes.set(ValueLayout.JAVA_BYTE, target + i, (byte) Math.rint(scaled));
    }
    return max;
  }

  @Override
  public void dequantize(Tensor target) {
    if (target.numel() != codes.numel()) {
      throw new IllegalArgumentException("the target is not " + rows() + " × " + columns());
    }
    MemorySegment bytes = Native.memory(codes);
    MemorySegment maxima = Native.memory(absmax);
    MemorySegment out = Native.memory(target);
    int columns = Math.toIntExact(columns());
    Ranges.Body body =
        switch (target.scalar_type().intern()) {
          case Float -> (from, to) -> toFp32(bytes, maxima, out, columns, from, to);
          case BFloat16 -> (from, to) -> toBf16(bytes, maxima, out, columns, from, to);
          case ScalarType other -> throw new IllegalArgumentException("no target type: " + other);
        };
    Ranges.each(Math.toIntExact(rows()), smallestRange(columns), body);
  }

  private static void toFp32(
      MemorySegment bytes, MemorySegment maxima, MemorySegment out, int columns, int from, int to) {
    for (int row = from; row < to; row++) {
      float max = maxima.getAtIndex(ValueLayout.JAVA_FLOAT, row);
      long at = (long) row * columns;
      for (int i = 0; i < columns; i++) {
        float value = bytes.get(ValueLayout.JAVA_BYTE, at + i) * max * INVERSE_127;
        out.setAtIndex(ValueLayout.JAVA_FLOAT, at + i, value);
      }
    }
  }

  private static void toBf16(
      MemorySegment bytes, MemorySegment maxima, MemorySegment out, int columns, int from, int to) {
    for (int row = from; row < to; row++) {
      float max = maxima.getAtIndex(ValueLayout.JAVA_FLOAT, row);
      long at = (long) row * columns;
      for (int i = 0; i < columns; i++) {
        float value = bytes.get(ValueLayout.JAVA_BYTE, at + i) * max * INVERSE_127;
        out.setAtIndex(ValueLayout.JAVA_SHORT, at + i, (short) Native.bf16(value));
      }
    }
  }

  @Override
  public long rows() {
    return codes.size(0);
  }

  @Override
  public long columns() {
    return codes.size(1);
  }

  /// [rows, columns] int8.
  Tensor codes() {
    return codes;
  }

  /// [rows] fp32.
  Tensor absmax() {
    return absmax;
  }

  @Override
  public long bytes() {
    return codes.numel() + absmax.numel() * Float.BYTES;
  }

  @Override
  public void close() {
    codes.close();
    absmax.close();
  }
}
