package io.kubetune.trainer.files;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Copies a file of [SafetensorsWriter] back into tensors that are there already.
///
/// ```
/// SafetensorsRestore.into(List.of(new Named("exp_avg", moments)), path);
/// ```
public final class SafetensorsRestore {
  private static final long WINDOW_BYTES = 1L << 28;

  private SafetensorsRestore() {}

  /// @param targets fp32 tensors of the shapes in the file, contiguous
  /// @throws IOException where the file lacks a tensor or holds it in another shape
  public static void into(List<SafetensorsWriter.Named> targets, Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        var scope = new PointerScope()) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      readFully(file, length, 0, path);
      long headerBytes = length.getLong(0);
      if (headerBytes < 2 || headerBytes > file.size() - 8) {
        throw new IOException(path + ": a header of " + headerBytes + " bytes");
      }
      ByteBuffer text = ByteBuffer.allocate((int) headerBytes);
      readFully(file, text, 8, path);
      JsonNode header = JsonMapper.shared().readTree(text.array());
      for (SafetensorsWriter.Named each : targets) {
        JsonNode entry = header.path(each.name());
        check(entry, each, path);
        copy(file, 8 + headerBytes + entry.at("/data_offsets/0").asLong(), each.tensor(), path);
      }
    }
  }

  private static void check(JsonNode entry, SafetensorsWriter.Named target, Path path)
      throws IOException {
    boolean same = entry.path("shape").size() == target.tensor().dim();
    for (int i = 0; same && i < target.tensor().dim(); i++) {
      same = entry.path("shape").get(i).asLong() == target.tensor().size(i);
    }
    if (!same || !entry.path("dtype").asString("").equals("F32")) {
      throw new IOException(path + ": no fp32 tensor " + target.name() + " of this model's shape");
    }
  }

  private static void copy(FileChannel file, long offset, Tensor target, Path path)
      throws IOException {
    Tensor staged = target.cpu().contiguous(); // the target itself where it is on the CPU
    long bytes = staged.numel() * Float.BYTES;
    for (long at = 0; at < bytes; at += WINDOW_BYTES) {
      BytePointer window = new BytePointer(staged.data_ptr());
      window.position(at).limit(Math.min(bytes, at + WINDOW_BYTES));
      readFully(file, window.asByteBuffer(), offset + at, path);
    }
    target.copy_(staged);
  }

  private static void readFully(FileChannel file, ByteBuffer into, long from, Path path)
      throws IOException {
    long at = from;
    while (into.hasRemaining()) {
      int read = file.read(into, at);
      if (read < 0) {
        throw new EOFException(path + " ends at byte " + at);
      }
      at += read;
    }
  }
}
