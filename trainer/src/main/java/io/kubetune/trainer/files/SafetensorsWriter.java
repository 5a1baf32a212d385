package io.kubetune.trainer.files;

import io.kubetune.trainer.tensor.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes fp32 tensors as one safetensors file: the same tensors always give the same bytes.
///
/// The form is that of <https://github.com/huggingface/safetensors#format>: eight bytes with the
/// header's length (little endian), the header in JSON padded with spaces to a multiple of eight,
/// the tensors without gaps. Tensors come in the order of their names, as Hugging Face's own writer
/// puts them, so a file of ours equals one of theirs byte for byte.
///
/// ```
/// WholeFile.write(path, file -> SafetensorsWriter.write(file, tensors));
/// ```
public final class SafetensorsWriter {
  private static final ObjectMapper JSON = JsonMapper.builder(new JsonFactory()).build();
  private static final int BYTES_OF_FLOAT = 4;

  /// Tensors are written through a view of at most so many bytes, as a Java buffer's size is an
  /// int.
  private static final long WINDOW_BYTES = 1L << 28;

  /// @param tensor fp32, any shape, any device
  public record Named(String name, Tensor tensor) {}

  private SafetensorsWriter() {}

  public static void write(FileChannel file, List<Named> tensors) throws IOException {
    List<Named> ordered = tensors.stream().sorted(Comparator.comparing(Named::name)).toList();
    byte[] header = header(ordered);
    int padding = -header.length & 7;
    ByteBuffer start = ByteBuffer.allocate(8 + header.length + padding);
    start.order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(header.length + padding).put(header);
    start.put(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII)).flip();
    WholeFile.writeAll(file, start);
    for (Named each : ordered) {
      writeValues(file, each.tensor());
    }
  }

  private static byte[] header(List<Named> ordered) {
    ObjectNode header = JSON.createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (Named each : ordered) {
      if (each.tensor().scalar_type().intern() != ScalarType.Float) {
        throw new IllegalArgumentException(each.name() + " is " + each.tensor().scalar_type());
      }
      ObjectNode entry = header.putObject(each.name()).put("dtype", "F32");
      long bytes = BYTES_OF_FLOAT;
      var shape = entry.putArray("shape");
      for (long i = 0; i < each.tensor().dim(); i++) {
        shape.add(each.tensor().size(i));
        bytes *= each.tensor().size(i);
      }
      entry.putArray("data_offsets").add(offset).add(offset + bytes);
      offset += bytes;
    }
    return JSON.writeValueAsBytes(header);
  }

  private static void writeValues(FileChannel file, Tensor tensor) throws IOException {
    try (Scope scope = new Scope()) {
      Tensor values = tensor.cpu().contiguous();
      long bytes = values.numel() * BYTES_OF_FLOAT;
      for (long at = 0; at < bytes; at += WINDOW_BYTES) {
        BytePointer window = new BytePointer(values.data_ptr());
        window.position(at).limit(Math.min(bytes, at + WINDOW_BYTES));
        WholeFile.writeAll(file, window.asByteBuffer());
      }
    }
  }
}
