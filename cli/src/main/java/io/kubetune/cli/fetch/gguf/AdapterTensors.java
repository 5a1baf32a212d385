package io.kubetune.cli.fetch.gguf;

import io.kubetune.contract.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// The tensors of an adapter_model.safetensors, read one at a time as floats.
///
/// ```
/// try (AdapterTensors tensors = AdapterTensors.open(file)) { float[] a = tensors.values(tensor); }
/// ```
///
/// @param dataStart offset in bytes of the first value in the file
record AdapterTensors(FileChannel channel, long dataStart, List<Tensor> tensors)
    implements AutoCloseable {

  /// @param rows first dimension: rank for lora_A, outputs for lora_B
  /// @param start offset in bytes from the first value
  record Tensor(String name, String type, int rows, int columns, long start) {
    int bytesEach() {
      return switch (type) {
        case "F32" -> 4;
        case "F16", "BF16" -> 2;
        default -> throw Gguf.unsupported(name, "its type is " + type, "F32, F16 and BF16 convert");
      };
    }
  }

  /// @param file checked already: header and offsets fit it
  static AdapterTensors open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file);
    try {
      int headerBytes = (int) read(channel, 0, 8).getLong();
      String header = StandardCharsets.UTF_8.decode(read(channel, 8, headerBytes)).toString();
      List<Tensor> tensors = new ArrayList<>();
      for (var each : Json.MAPPER.readTree(header).properties()) {
        if (!each.getKey().equals("__metadata__")) {
          tensors.add(tensor(each.getKey(), each.getValue()));
        }
      }
      return new AdapterTensors(channel, 8L + headerBytes, List.copyOf(tensors));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static Tensor tensor(String name, JsonNode node) {
    JsonNode shape = node.path("shape");
    if (shape.size() != 2) {
      throw Gguf.unsupported(name, "its shape is " + shape, "LoRA matrices have two dimensions");
    }
    return new Tensor(
        name,
        node.path("dtype").asString(""),
        shape.path(0).asInt(),
        shape.path(1).asInt(),
        node.path("data_offsets").path(0).asLong());
  }

  /// [rows × columns], row by row.
  float[] values(Tensor tensor) throws IOException {
    int count = Math.multiplyExact(tensor.rows(), tensor.columns());
    ByteBuffer bytes =
        read(channel, dataStart + tensor.start(), Math.multiplyExact(count, tensor.bytesEach()));
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (tensor.type()) {
            case "F32" -> bytes.getFloat();
            case "F16" -> Float.float16ToFloat(bytes.getShort());
            default -> Float.intBitsToFloat(bytes.getShort() << 16); // BF16: the upper half
          };
    }
    return values;
  }

  private static ByteBuffer read(FileChannel channel, long start, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, start + bytes.position()) < 0) {
        throw new IOException("the adapter ends too early");
      }
    }
    return bytes.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
