package io.kubetune.cli.fetch;

import io.kubetune.cli.publish.Provenance;
import io.kubetune.cli.registry.ImageSource.ResolvedImage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Finds a PEFT adapter in unpacked files and reads what it says of itself.
///
/// ```
/// Path adapter = AdapterFiles.locate(staging, place);
/// ```
final class AdapterFiles {
  static final String CONFIG = "adapter_config.json";
  static final String WEIGHTS = "adapter_model.safetensors";

  private AdapterFiles() {}

  /// The folder that holds adapter_config.json: KAITO's /data, ORAS's root, or the only one.
  static Path locate(Path staging, String place) throws IOException {
    List<Path> configs =
        Folders.files(staging).stream()
            .filter(file -> file.getFileName().toString().equals(CONFIG))
            .toList();
    for (Path preferred : List.of(Path.of("data", CONFIG), Path.of(CONFIG))) {
      if (configs.contains(preferred)) {
        return staging.resolve(preferred).getParent();
      }
    }
    if (configs.size() != 1) {
      throw notAnAdapter(
          place,
          configs.isEmpty() ? "no " + CONFIG + " in it" : configs.size() + " adapters in it");
    }
    return staging.resolve(configs.getFirst()).getParent();
  }

  /// @param folder where the files are now
  /// @param target where they will be
  static PulledAdapter read(Path folder, Path target, ResolvedImage image, String place)
      throws IOException {
    JsonNode config = json(folder.resolve(CONFIG), place);
    requireWeights(folder.resolve(WEIGHTS), place);
    Map<String, String> notes = image.manifest().annotations();
    String base = config.path("base_model_name_or_path").asString("");
    return new PulledAdapter(
        target,
        image.digest(),
        base.isEmpty() ? notes.getOrDefault(Provenance.MODEL_NAME, "") : base,
        config.path("r").asInt(0),
        config.path("lora_alpha").asDouble(0),
        targets(config.path("target_modules")),
        loss(notes, Provenance.EVAL_BEFORE),
        loss(notes, Provenance.EVAL_AFTER),
        notes,
        list(folder));
  }

  static List<PulledAdapter.PulledFile> list(Path folder) throws IOException {
    List<PulledAdapter.PulledFile> files = new ArrayList<>();
    for (Path file : Folders.files(folder)) {
      files.add(new PulledAdapter.PulledFile(file.toString(), Files.size(folder.resolve(file))));
    }
    return List.copyOf(files);
  }

  /// PEFT writes a list, or one string that is a pattern.
  private static List<String> targets(JsonNode node) {
    List<String> names = new ArrayList<>();
    if (node.isString()) {
      names.add(node.asString());
    }
    node.forEach(each -> names.add(each.asString("")));
    names.sort(null);
    return List.copyOf(names);
  }

  private static OptionalDouble loss(Map<String, String> notes, String name) {
    try {
      String text = notes.get(name);
      return text == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty(); // Anyone may write annotations; ours are numbers.
    }
  }

  private static JsonNode json(Path file, String place) throws IOException {
    try {
      JsonNode node = Json.MAPPER.readTree(Files.readAllBytes(file));
      if (node.isObject()) {
        return node;
      }
    } catch (JacksonException e) {
      throw notAnAdapter(place, CONFIG + " is not JSON");
    }
    throw notAnAdapter(place, CONFIG + " is not a JSON object");
  }

  /// The header's length and the tensors' ends must fit the file (safetensors format: 8 bytes
  /// little-endian length, JSON, data).
  private static void requireWeights(Path file, String place) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw notAnAdapter(place, "no " + WEIGHTS + " in it");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      int read = channel.read(length);
      long headerBytes = read == 8 ? length.flip().getLong() : -1;
      if (headerBytes < 2 || headerBytes > 100_000_000 || headerBytes > channel.size() - 8) {
        throw notAnAdapter(place, WEIGHTS + " is no safetensors file");
      }
      ByteBuffer header = ByteBuffer.allocate((int) headerBytes);
      while (header.hasRemaining() && channel.read(header) > 0) {}
      long end = 0;
      for (JsonNode tensor : Json.MAPPER.readTree(header.array())) {
        end = Math.max(end, tensor.path("data_offsets").path(1).asLong(0));
      }
      if (end != channel.size() - 8 - headerBytes) {
        throw notAnAdapter(place, WEIGHTS + " is cut or has bytes that no tensor owns");
      }
    } catch (JacksonException e) {
      throw notAnAdapter(place, WEIGHTS + " has an unreadable header");
    }
  }

  private static TuneException notAnAdapter(String place, String found) {
    return new TuneException(
        ExitCode.REGISTRY,
        "can't pull the adapter",
        place,
        found,
        "an adapter image has " + CONFIG + " and " + WEIGHTS + " under /data");
  }
}
