package io.kubetune.cli.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// The datasets that Hugging Face's own libraries wrote, with the rows that are in them.
final class Goldens {
  static final ObjectMapper JSON = new ObjectMapper();

  private Goldens() {}

  static Path datasets() {
    Path path = Path.of(System.getProperty("kubetune.shared", "../shared"), "goldens", "datasets");
    if (!Files.isDirectory(path)) {
      System.err.println("SKIPPED: no reference datasets at " + path);
    }
    assumeTrue(Files.isDirectory(path), "no reference datasets at " + path);
    return path;
  }

  static JsonNode expected(String file) {
    try {
      return JSON.readTree(Files.readString(datasets().resolve(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Set<Map.Entry<String, JsonNode>> bad() {
    return expected("bad/expected.json").properties();
  }
}
