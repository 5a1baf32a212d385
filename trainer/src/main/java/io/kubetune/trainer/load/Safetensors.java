package io.kubetune.trainer.load;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Scope;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One safetensors file, memory-mapped: eight bytes of header length, a JSON header, then the
/// values.
///
/// Format: <https://github.com/huggingface/safetensors>. The header is checked against the file's
/// size when it is opened, so a truncated file is refused before anything is computed.
///
/// ```
/// try (Safetensors file = Safetensors.open(path)) {
///   Tensor w = file.read("model.norm.weight", Tensor::clone);
/// }
/// ```
public final class Safetensors implements AutoCloseable {
  private static final long LARGEST_HEADER_BYTES = 100L << 20; // the format's own limit

  /// @param offset of the first byte, from the start of the file
  public record Entry(String name, ScalarType type, long[] shape, long offset, long bytes) {}

  private final Path path;
  private final FileChannel channel;
  private final SequencedMap<String, Entry> entries;
  private final Map<String, String> metadata;

  private Safetensors(
      Path path,
      FileChannel channel,
      SequencedMap<String, Entry> entries,
      Map<String, String> metadata) {
    this.path = path;
    this.channel = channel;
    this.entries = entries;
    this.metadata = metadata;
  }

  public static Safetensors open(Path path) {
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        return read(path, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw damaged(path, e.getMessage(), e);
    } catch (JacksonException e) {
      throw damaged(path, "its header is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static Safetensors read(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < 8) {
      throw damaged(path, size + " bytes, too short for a header", null);
    }
    try (Arena arena = Arena.ofConfined()) {
      long headerBytes =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, 8, arena)
              .get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
      if (headerBytes < 2 || headerBytes > LARGEST_HEADER_BYTES || 8 + headerBytes > size) {
        throw damaged(
            path, "its header claims " + headerBytes + " bytes of a file of " + size, null);
      }
      byte[] header =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 8, headerBytes, arena)
              .toArray(ValueLayout.JAVA_BYTE);
      JsonNode root = JsonMapper.shared().readTree(new String(header, StandardCharsets.UTF_8));
      SequencedMap<String, Entry> entries = new LinkedHashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      for (var property : root.properties()) {
        if (property.getKey().equals("__metadata__")) {
          property
              .getValue()
              .properties()
              .forEach(e -> metadata.put(e.getKey(), e.getValue().asString()));
        } else {
          entries.put(
              property.getKey(),
              entry(path, property.getKey(), property.getValue(), 8 + headerBytes, size));
        }
      }
      return new Safetensors(path, channel, entries, metadata);
    }
  }

  private static Entry entry(Path path, String name, JsonNode node, long start, long fileBytes) {
    long[] shape = new long[node.path("shape").size()];
    long count = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = node.path("shape").get(i).asLong();
      count *= shape[i];
    }
    ScalarType type = type(path, name, node.path("dtype").asString());
    long from = node.path("data_offsets").path(0).asLong();
    long to = node.path("data_offsets").path(1).asLong();
    if (start + to > fileBytes) {
      throw damaged(
          path,
          "truncated: " + name + " ends at byte " + (start + to) + " of a file of " + fileBytes,
          null);
    }
    if (to - from != count * bytesOf(type)) {
      throw damaged(
          path,
          name + " has " + (to - from) + " bytes, its shape needs " + count * bytesOf(type),
          null);
    }
    return new Entry(name, type, shape, start + from, to - from);
  }

  private static ScalarType type(Path path, String name, String dtype) {
    return switch (dtype) {
      case "F64" -> ScalarType.Double;
      case "F32" -> ScalarType.Float;
      case "F16" -> ScalarType.Half;
      case "BF16" -> ScalarType.BFloat16;
      case "I64" -> ScalarType.Long;
      case "I32" -> ScalarType.Int;
      case "I16" -> ScalarType.Short;
      case "I8" -> ScalarType.Char;
      case "U8" -> ScalarType.Byte;
      case "BOOL" -> ScalarType.Bool;
      default -> throw damaged(path, name + " has the unknown type " + dtype, null);
    };
  }

  public static long bytesOf(ScalarType type) {
    return switch (type) {
      case Double, Long -> 8;
      case Float, Int -> 4;
      case Half, BFloat16, Short -> 2;
      case Char, Byte, Bool -> 1;
      default -> throw new IllegalArgumentException("no safetensors type: " + type);
    };
  }

  public SequencedMap<String, Entry> entries() {
    return Collections.unmodifiableSequencedMap(entries);
  }

  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  /// Maps one tensor, hands it to `use`, and unmaps it: what `use` returns may not be a view of it.
  ///
  /// So a model that is converted while it is loaded is never in memory twice.
  public Tensor read(String name, Function<Tensor, Tensor> use) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw damaged(path, "there is no tensor " + name, null);
    }
    try (Arena arena = Arena.ofConfined();
        Scope scope = new Scope()) {
      return scope.escape(use.apply(view(entry, arena)));
    } catch (IOException e) {
      throw damaged(path, e.getMessage(), e);
    }
  }

  /// Maps one tensor, hands it to `use`, which keeps no view of it, and unmaps it.
  public void visit(String name, Consumer<Tensor> use) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw damaged(path, "there is no tensor " + name, null);
    }
    try (Arena arena = Arena.ofConfined();
        Scope scope = new Scope()) {
      use.accept(view(entry, arena));
    } catch (IOException e) {
      throw damaged(path, e.getMessage(), e);
    }
  }

  /// A tensor over the mapped file itself: nothing is copied, pages are read when they are touched.
  ///
  /// @param arena how long the mapping lasts
  public Tensor map(String name, Arena arena) {
    try {
      return view(entries.get(name), arena);
    } catch (IOException e) {
      throw damaged(path, e.getMessage(), e);
    }
  }

  private Tensor view(Entry entry, Arena arena) throws IOException {
    if (entry.bytes() == 0) {
      return HostArrays.empty(entry.type(), entry.shape());
    }
    MemorySegment bytes =
        channel.map(FileChannel.MapMode.READ_ONLY, entry.offset(), entry.bytes(), arena);
    return HostArrays.viewOf(bytes.address(), entry.type(), entry.shape());
  }

  private static TuneException damaged(Path path, String found, Throwable cause) {
    String remedy =
        Files.exists(path) ? "download the file again and compare its checksum" : "check the path";
    return new TuneException(
        ExitCode.BAD_MODEL, "can't read safetensors", path.toString(), found, remedy, cause);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
