package io.kubetune.cli.fetch.gguf;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Writes a GGUF file, version 3 (ggml's docs/gguf.md): header, metadata, tensor list, values, all
/// little-endian, values on multiples of 32 bytes.
///
/// ```
/// try (GgufFile file = new GgufFile(out)) { file.head(metadata, tensors); file.values(a); }
/// ```
final class GgufFile implements AutoCloseable {
  private static final int VERSION = 3;
  private static final int ALIGNMENT_BYTES = 32;
  private static final int TYPE_FLOAT32 = 6;
  private static final int TYPE_STRING = 8;
  private static final int TENSOR_F32 = 0;

  /// A matrix of 32-bit floats.
  ///
  /// @param rows first dimension in PyTorch's order; GGUF lists dimensions the other way round
  record Matrix(String name, int rows, int columns) {
    long bytes() {
      return 4L * rows * columns;
    }
  }

  private final OutputStream out;
  private long position;

  GgufFile(OutputStream out) {
    this.out = new BufferedOutputStream(out, 1 << 16);
  }

  /// @param metadata values are String or Float
  void head(Map<String, Object> metadata, List<Matrix> tensors) throws IOException {
    write("GGUF".getBytes(StandardCharsets.US_ASCII));
    int32(VERSION);
    int64(tensors.size());
    int64(metadata.size());
    for (Map.Entry<String, Object> each : metadata.entrySet()) {
      string(each.getKey());
      switch (each.getValue()) {
        case Float number -> {
          int32(TYPE_FLOAT32);
          int32(Float.floatToIntBits(number));
        }
        default -> {
          int32(TYPE_STRING);
          string(each.getValue().toString());
        }
      }
    }
    long offset = 0;
    for (Matrix each : tensors) {
      string(each.name());
      int32(2);
      int64(each.columns());
      int64(each.rows());
      int32(TENSOR_F32);
      int64(offset);
      offset += aligned(each.bytes());
    }
    pad();
  }

  /// The next tensor's values, in the order of the list.
  void values(float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    write(bytes.array());
    pad();
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
  }

  private void pad() throws IOException {
    write(new byte[(int) (aligned(position) - position)]);
  }

  private void string(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int64(bytes.length);
    write(bytes);
  }

  private void int32(int value) throws IOException {
    write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private void int64(long value) throws IOException {
    write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    position += bytes.length;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
