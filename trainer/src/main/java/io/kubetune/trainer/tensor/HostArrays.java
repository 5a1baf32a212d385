package io.kubetune.trainer.tensor;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Java arrays and addresses into tensors, and back.
///
/// ```
/// Tensor ids = HostArrays.longs(batch.tokens());   // [T] int64
/// ```
public final class HostArrays {
  private HostArrays() {}

  /// A tensor of that type and shape whose values are not set.
  public static Tensor empty(ScalarType type, long... shape) {
    return torch.empty(shape, new TensorOptions(type), new MemoryFormatOptional());
  }

  /// [n] int64.
  public static Tensor longs(long... values) {
    Tensor tensor = empty(ScalarType.Long, values.length);
    new LongPointer(tensor.data_ptr()).put(values, 0, values.length);
    return tensor;
  }

  /// [n] int64.
  public static Tensor longs(int[] values) {
    return longs(Arrays.stream(values).asLongStream().toArray());
  }

  /// [n] fp32.
  public static Tensor floats(float... values) {
    Tensor tensor = empty(ScalarType.Float, values.length);
    new FloatPointer(tensor.data_ptr()).put(values, 0, values.length);
    return tensor;
  }

  /// All values of a tensor of any type and shape, row-major.
  public static float[] values(Tensor tensor) {
    try (Scope scope = new Scope()) {
      Tensor host = tensor.to(ScalarType.Float).cpu().contiguous();
      float[] values = new float[Math.toIntExact(host.numel())];
      new FloatPointer(host.data_ptr()).get(values);
      return values;
    }
  }

  /// A view of memory that someone else owns and keeps.
  ///
  /// @param address of the first value, row-major without gaps
  public static Tensor viewOf(long address, ScalarType type, long... shape) {
    return torch.from_blob(new Address(address), shape, new TensorOptions(type));
  }

  private static final class Address extends Pointer {
    Address(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }
}
