package io.kubetune.trainer.train;

import io.kubetune.trainer.files.SafetensorsWriter;
import io.kubetune.trainer.files.SafetensorsWriter.Named;
import io.kubetune.trainer.files.WholeFile;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.tensor.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One `checkpoint-N` folder: the adapter as others load it, and all that going on at step N needs.
///
/// | file | what |
/// |---|---|
/// | `adapter_config.json`, `adapter_model.safetensors` | as in the finished run |
/// | `state.safetensors` | `values`, `exp_avg`, `exp_avg_sq`: flat fp32, [N] each |
/// | `checkpoint.json` | progress, the run's identity, length and CRC-32C of every other file |
///
/// @param eventsBytes length of `events.jsonl` when it was written
public record RunCheckpoint(
    Path folder, Progress progress, RunIdentity identity, long eventsBytes) {
  private static final String STATE = "state.safetensors";
  private static final String INDEX = "checkpoint.json";
  private static final int FORMAT = 1;

  /// Writes all files into a folder that is not visible yet, and waits for the disk.
  static void write(
      Path folder,
      RunIdentity identity,
      Progress progress,
      Parameters parameters,
      AdamW optimizer,
      long eventsBytes,
      AdapterFormat adapter)
      throws IOException {
    adapter.writeTo(folder, parameters);
    WholeFile.writeThrough(
        folder.resolve(STATE),
        file ->
            SafetensorsWriter.write(
                file,
                List.of(
                    new Named("values", parameters.values()),
                    new Named("exp_avg", optimizer.firstMoment()),
                    new Named("exp_avg_sq", optimizer.secondMoment()))));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("format", FORMAT).put("events_bytes", eventsBytes);
    json.set("progress", progress.toJson());
    ObjectNode settings = json.putObject("identity");
    identity.settings().forEach(settings::put);
    ObjectNode files = json.putObject("files");
    for (Path each : files(folder)) {
      files
          .putObject(each.getFileName().toString())
          .put("bytes", Files.size(each))
          .put("crc32c", crc32c(each));
    }
    byte[] text = json.toPrettyString().concat("\n").getBytes(StandardCharsets.UTF_8);
    WholeFile.writeThrough(
        folder.resolve(INDEX), file -> WholeFile.writeAll(file, ByteBuffer.wrap(text)));
    WholeFile.syncFolder(folder);
  }

  /// @return empty where the folder is not whole
  static Optional<RunCheckpoint> read(Path folder) throws IOException {
    JsonNode json;
    try {
      json = JsonMapper.shared().readTree(Files.readAllBytes(folder.resolve(INDEX)));
    } catch (JacksonException | NoSuchFileException notWhole) {
      return Optional.empty();
    }
    if (json.path("format").asInt() != FORMAT || json.path("files").isEmpty()) {
      return Optional.empty();
    }
    for (var each : json.path("files").properties()) {
      Path file = folder.resolve(each.getKey());
      if (!Files.isRegularFile(file)
          || Files.size(file) != each.getValue().path("bytes").asLong()
          || crc32c(file) != each.getValue().path("crc32c").asLong()) {
        return Optional.empty();
      }
    }
    SortedMap<String, String> settings = new TreeMap<>();
    json.path("identity")
        .properties()
        .forEach(entry -> settings.put(entry.getKey(), entry.getValue().asString()));
    return Optional.of(
        new RunCheckpoint(
            folder,
            Progress.fromJson(json.path("progress")),
            new RunIdentity(settings),
            json.path("events_bytes").asLong()));
  }

  /// Values and moments back into memory.
  void restore(Parameters parameters, AdamW optimizer) {
    copy("values", parameters.values());
    copy("exp_avg", optimizer.firstMoment());
    copy("exp_avg_sq", optimizer.secondMoment());
    optimizer.resumeAt(progress.updates);
  }

  /// The values alone, for the best checkpoint at the end.
  void restoreValues(Parameters parameters) {
    copy("values", parameters.values());
  }

  private void copy(String name, Tensor target) {
    try (Safetensors file = Safetensors.open(folder.resolve(STATE));
        Arena arena = Arena.ofConfined();
        Scope scope = new Scope()) {
      target.copy_(file.map(name, arena));
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static long crc32c(Path file) throws IOException {
    CRC32C sum = new CRC32C();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        sum.update(buffer, 0, read);
      }
    }
    return sum.getValue();
  }
}
