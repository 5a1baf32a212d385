package io.kubetune.trainer.load;

import io.kubetune.trainer.kernel.HostKernels;
import io.kubetune.trainer.kernel.LayerKernels;
import io.kubetune.trainer.kernel.LayerKernels.Nf4Parts;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Ranges;
import io.kubetune.trainer.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// One matrix in NF4: 4 bits a value and a scale for each 64 of them, byte for byte as bitsandbytes
/// stores it.
///
/// Values are taken row-major. A scale is the largest magnitude of its block; the value is stored
/// as the nearest of [Nf4Code] to value/scale, the first of two in the byte's high half. 4.5 bits a
/// value, or 4.127 with the scales quantized too ([Nf4Scales]).
///
/// ```
/// Nf4Matrix q = Nf4Matrix.quantize("model.layers.0.mlp.up_proj.weight", w, true);
/// q.dequantize(target);   // [out, in] fp32 or bf16
/// ```
public final class Nf4Matrix implements QuantizedMatrix {
  static final int BLOCK = 64;

  /// Index of the value 0.
  private static final int ZERO = 7;

  /// Values converted to fp32 at a time while quantizing: a multiple of the block.
  private static final int CHUNK = 1 << 20;

  /// Blocks that are worth a thread: 256 KB of fp32.
  private static final int BLOCKS_A_THREAD = 1024;

  private final long rows;
  private final long columns;
  private final Tensor packed;
  private final Nf4Scales scales;

  private Nf4Matrix(long rows, long columns, Tensor packed, Nf4Scales scales) {
    this.rows = rows;
    this.columns = columns;
    this.packed = packed;
    this.scales = scales;
  }

  /// @param name of the tensor, for errors
  /// @param weight [out, in] in any floating type; at most 4 MB of it are held in fp32 at a time
  /// @param doubly quantize the scales too
  /// @throws io.kubetune.contract.TuneException BAD_MODEL where a value is not a finite number
  public static Nf4Matrix quantize(String name, Tensor weight, boolean doubly) {
    long count = weight.numel();
    int blocks = Math.toIntExact((count + BLOCK - 1) / BLOCK);
    try (Scope scope = new Scope()) {
      Tensor packed = HostArrays.empty(ScalarType.Byte, (count + 1) / 2);
      Tensor absmax = HostArrays.empty(ScalarType.Float, blocks);
      MemorySegment bytes = Native.memory(packed);
      MemorySegment maxima = Native.memory(absmax);
      Tensor flat = weight.contiguous().view(-1);
      for (long at = 0; at < count; at += CHUNK) {
        int length = (int) Math.min(CHUNK, count - at);
        try (Scope chunkScope = new Scope()) {
          MemorySegment chunk =
              Native.memory(flat.narrow(0, at, length).to(ScalarType.Float).contiguous());
          long firstBlock = at / BLOCK;
          Ranges.each(
              (length + BLOCK - 1) / BLOCK,
              BLOCKS_A_THREAD,
              (from, to) -> {
                for (int block = from; block < to; block++) {
                  float max = pack(chunk, block, length, bytes, (firstBlock + block) * BLOCK / 2);
                  maxima.setAtIndex(ValueLayout.JAVA_FLOAT, firstBlock + block, max);
                }
              });
        }
      }
      Finite.require(name, absmax);
      return new Nf4Matrix(
          weight.size(0), weight.size(1), Scope.own(packed), Nf4Scales.of(absmax, doubly));
    }
  }

  /// Writes a block's bytes and gives its largest magnitude; NaN where one of its values is.
  private static float pack(
      MemorySegment values, int block, int length, MemorySegment bytes, long offset) {
    int from = block * BLOCK;
    int to = Math.min(from + BLOCK, length);
    float max = Native.largestMagnitude(values, from, to);
    float inverse = max == 0 ? 0 : 1 / max;
    for (int i = from; i < to; i += 2) {
      int high = Nf4Code.nearest(values.getAtIndex(ValueLayout.JAVA_FLOAT, i) * inverse);
      // An odd count's last half byte belongs to no value: bitsandbytes packs a zero there.
      int low =
          i + 1 < to
              ? Nf4Code.nearest(values.getAtIndex(ValueLayout.JAVA_FLOAT, i + 1) * inverse)
              : ZERO;
      bytes.set(ValueLayout.JAVA_BYTE, offset + (i - from) / 2, (byte) (high << 4 | low));
    }
    return max;
  }

  @Override
  public void dequantize(Tensor target) {
    if (target.numel() != rows * columns) {
      throw new IllegalArgumentException("the target is not [" + rows + ", " + columns + "]");
    }
    LayerKernels kernels = HostKernels.serving(target);
    if (kernels != null && target.numel() % BLOCK == 0) {
      kernels.nf4(parts(), target);
      return;
    }
    MemorySegment bytes = Native.memory(packed);
    MemorySegment out = Native.memory(target);
    Nf4Unpacking unpacking =
        switch (target.scalar_type().intern()) {
          case Float -> new Nf4Unpacking.ToFp32(bytes, scales, out);
          case BFloat16 -> new Nf4Unpacking.ToBf16(bytes, scales, out);
          case ScalarType other -> throw new IllegalArgumentException("no target type: " + other);
        };
    long count = rows * columns;
    int wholeBlocks = Math.toIntExact(count / BLOCK);
    Ranges.each(wholeBlocks, BLOCKS_A_THREAD, unpacking::blocks);
    unpacking.rest(wholeBlocks, (int) (count - (long) wholeBlocks * BLOCK));
  }

  /// What all matrices share, as tensors that live as long as the process.
  private static final class Tables {
    static final Tensor CODE = Scope.own(HostArrays.floats(Nf4Code.VALUES));
    static final Tensor MAP = Scope.own(HostArrays.floats(DynamicMap.values()));
  }

  private Nf4Parts parts() {
    return switch (scales) {
      case Nf4Scales.Plain plain ->
          new Nf4Parts(packed, Tables.CODE, plain.absmax(), null, null, null, 0);
      case Nf4Scales.Quantized quantized ->
          new Nf4Parts(
              packed,
              Tables.CODE,
              null,
              quantized.codes(),
              quantized.nested(),
              Tables.MAP,
              quantized.offset());
    };
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public long columns() {
    return columns;
  }

  /// [ceil(rows·columns/2)] uint8.
  public Tensor packed() {
    return packed;
  }

  public Nf4Scales scales() {
    return scales;
  }

  @Override
  public long bytes() {
    return packed.numel() + scales.bytes();
  }

  @Override
  public void close() {
    packed.close();
    scales.close();
  }
}
