package io.kubetune.cli.inspect;

import io.kubetune.contract.Json;
import io.kubetune.contract.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The header of one safetensors file: names, types and shapes, without reading any weight.
///
/// Format: <https://github.com/huggingface/safetensors>: eight bytes of header length (little
/// endian), a JSON header, then the values, without gaps up to the file's last byte.
///
/// ```
/// SafetensorsHeader.read(path, problems).map(header -> header.tensors().keySet())
/// ```
record SafetensorsHeader(Path file, Map<String, Tensor> tensors) {
  private static final long LONGEST_HEADER_BYTES = 100L << 20; // the format's own limit

  /// @param type as the header writes it: F32, BF16, …
  /// @param shape outermost dimension first
  record Tensor(String type, List<Long> shape) {
    long values() {
      return shape.stream().reduce(1L, (a, b) -> a * b);
    }
  }

  /// Empty where the file is damaged; what is wrong is then among the problems.
  static Optional<SafetensorsHeader> read(Path file, List<Problem> problems) {
    try (InputStream in = Files.newInputStream(file)) {
      long fileBytes = Files.size(file);
      byte[] length = in.readNBytes(8);
      if (length.length < 8) {
        return damaged(file, fileBytes + " bytes, too short for a header", problems);
      }
      long headerBytes = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (headerBytes < 2 || headerBytes > LONGEST_HEADER_BYTES || 8 + headerBytes > fileBytes) {
        return damaged(
            file,
            "its header claims %,d bytes of a file of %,d".formatted(headerBytes, fileBytes),
            problems);
      }
      String header = new String(in.readNBytes((int) headerBytes), StandardCharsets.UTF_8);
      return parse(file, Json.MAPPER.readTree(header), fileBytes - 8 - headerBytes, problems);
    } catch (JacksonException e) {
      return damaged(file, "its header is no JSON", problems);
    } catch (IOException e) {
      return damaged(file, "can't be read: " + e.getMessage(), problems);
    }
  }

  private static Optional<SafetensorsHeader> parse(
      Path file, JsonNode root, long valueBytes, List<Problem> problems) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, JsonNode> each : root.properties()) {
      if (each.getKey().equals("__metadata__")) {
        continue;
      }
      JsonNode entry = each.getValue();
      List<Long> shape = entry.path("shape").valueStream().map(JsonNode::asLong).toList();
      Tensor tensor = new Tensor(entry.path("dtype").asString(""), shape);
      long from = entry.path("data_offsets").path(0).asLong(-1);
      long to = entry.path("data_offsets").path(1).asLong(-1);
      long needed = tensor.values() * bytesOf(tensor.type());
      if (from < 0 || to < from || (needed > 0 && to - from != needed)) {
        return damaged(
            file,
            each.getKey() + ": bytes " + from + " to " + to + " do not fit its shape",
            problems);
      }
      end = Math.max(end, to);
      tensors.put(each.getKey(), tensor);
    }
    if (end != valueBytes) {
      return damaged(
          file,
          end > valueBytes
              ? "truncated: %,d of %,d bytes of values are there".formatted(valueBytes, end)
              : "%,d bytes follow the last value".formatted(valueBytes - end),
          problems);
    }
    return Optional.of(new SafetensorsHeader(file, tensors));
  }

  /// Zero for types that are not known here: their size is then not checked.
  private static long bytesOf(String type) {
    return switch (type) {
      case "F64", "I64", "U64" -> 8;
      case "F32", "I32", "U32" -> 4;
      case "F16", "BF16", "I16", "U16" -> 2;
      case "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2" -> 1;
      default -> 0;
    };
  }

  private static Optional<SafetensorsHeader> damaged(
      Path file, String found, List<Problem> problems) {
    problems.add(new Problem(file.toString(), found, "download it again"));
    return Optional.empty();
  }
}
