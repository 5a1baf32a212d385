package io.kubetune.cli.submit;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Json;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A small JSON object in a file that is there whole or not at all.
///
/// ```
/// JsonFile.write(run.resolve("exit.json"), object);
/// Optional<ObjectNode> read = JsonFile.read(run.resolve("exit.json"));
/// ```
final class JsonFile {

  private JsonFile() {}

  static ObjectNode object() {
    return Json.MAPPER.createObjectNode();
  }

  /// Written aside, forced to disk and renamed, so that a reader never sees a half of it and a
  /// power cut never leaves one.
  static void write(Path file, ObjectNode object) throws IOException {
    Path aside =
        file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid());
    byte[] bytes = (object.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel =
        FileChannel.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /// @return empty where there is no such file
  /// @throws TuneException STORAGE where it can't be read, or does not hold a JSON object
  static Optional<ObjectNode> read(Path file) {
    try {
      JsonNode node = Json.MAPPER.readTree(Files.readString(file));
      if (node instanceof ObjectNode object) {
        return Optional.of(object);
      }
      throw damaged(file, "holds no JSON object", null);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw damaged(file, e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw damaged(file, e.toString(), e);
    }
  }

  private static TuneException damaged(Path file, String found, Exception cause) {
    return new TuneException(
        ExitCode.STORAGE,
        "can't read the state of a run",
        file.toString(),
        found,
        "remove the run's folder " + file.getParent() + " if it can't be mended",
        cause);
  }
}
