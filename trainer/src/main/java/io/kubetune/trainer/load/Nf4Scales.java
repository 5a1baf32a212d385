package io.kubetune.trainer.load;

import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The scales of an [Nf4Matrix], one for each block of 64 values.
///
/// ```
/// float scale = scales.at(block);
/// ```
public sealed interface Nf4Scales extends AutoCloseable {
  /// Scales that share one of their own, where they are quantized too.
  int NESTED_BLOCK = 256;

  /// Scale of a block.
  float at(int block);

  long bytes();

  @Override
  void close();

  /// @param absmax [blocks] fp32; it stays the caller's
  static Nf4Scales of(Tensor absmax, boolean doubly) {
    return doubly ? Quantized.of(absmax) : Plain.of(absmax);
  }

  /// @param absmax [blocks] fp32
  record Plain(Tensor absmax, MemorySegment values) implements Nf4Scales {
    static Plain of(Tensor absmax) {
      Tensor own = Scope.own(absmax);
      return new Plain(own, Native.memory(own));
    }

    @Override
    public float at(int block) {
      return values.getAtIndex(ValueLayout.JAVA_FLOAT, block);
    }

    @Override
    public long bytes() {
      return absmax.numel() * Float.BYTES;
    }

    @Override
    public void close() {
      absmax.close();
    }
  }

  /// Double quantization (QLoRA, section 3): scales less their mean, in 8 bits of [DynamicMap] with
  /// a scale of their own for each 256.
  ///
  /// @param codes [blocks] uint8
  /// @param nested [ceil(blocks/256)] fp32
  /// @param offset mean of the matrix's scales
  record Quantized(
      Tensor codes, Tensor nested, float offset, MemorySegment indexes, MemorySegment maxima)
      implements Nf4Scales {
    static Quantized of(Tensor absmax) {
      int blocks = Math.toIntExact(absmax.numel());
      try (Scope scope = new Scope()) {
        // torch's own mean, because the order of its sum shows in the last bit
        float offset = absmax.mean().item_float();
        Tensor codes = HostArrays.empty(ScalarType.Byte, blocks);
        Tensor nested =
            HostArrays.empty(ScalarType.Float, (blocks + NESTED_BLOCK - 1) / NESTED_BLOCK);
        MemorySegment scales = Native.memory(absmax);
        MemorySegment indexes = Native.memory(codes);
        for (int from = 0; from < blocks; from += NESTED_BLOCK) {
          int to = Math.min(from + NESTED_BLOCK, blocks);
          float max = 0;
          for (int i = from; i < to; i++) {
            max = Math.max(max, Math.abs(centred(scales, i, offset)));
          }
          Native.memory(nested).setAtIndex(ValueLayout.JAVA_FLOAT, from / NESTED_BLOCK, max);
          for (int i = from; i < to; i++) {
            int code = DynamicMap.nearest(centred(scales, i, offset) / max);
            indexes.set(ValueLayout.JAVA_BYTE, i, (byte) code);
          }
        }
        Tensor ownCodes = Scope.own(codes);
        Tensor ownNested = Scope.own(nested);
        return new Quantized(
            ownCodes, ownNested, offset, Native.memory(ownCodes), Native.memory(ownNested));
      }
    }

    private static float centred(MemorySegment scales, int block, float offset) {
      return scales.getAtIndex(ValueLayout.JAVA_FLOAT, block) - offset;
    }

    @Override
    public float at(int block) {
      float value = DynamicMap.value(indexes.get(ValueLayout.JAVA_BYTE, block) & 0xff);
      return value * maxima.getAtIndex(ValueLayout.JAVA_FLOAT, block / NESTED_BLOCK) + offset;
    }

    @Override
    public long bytes() {
      return codes.numel() + nested.numel() * Float.BYTES + Float.BYTES;
    }

    @Override
    public void close() {
      codes.close();
      nested.close();
    }
  }
}
