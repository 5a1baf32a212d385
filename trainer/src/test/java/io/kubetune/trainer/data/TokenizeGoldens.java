package io.kubetune.trainer.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `goldens/tokenize`: what transformers and tokenizers make of conversations.
final class TokenizeGoldens {
  static final Path FOLDER = Path.of(System.getProperty("kubetune.shared"), "goldens", "tokenize");

  /// Rows of the embedding: more than any of the tokenizers has tokens.
  static final int ROWS = 2048;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private TokenizeGoldens() {}

  static void present() {
    assumeTrue(Files.isDirectory(FOLDER), "SKIPPED: no goldens at " + FOLDER);
  }

  static JsonNode read(Path file) {
    return JSON.readTree(file);
  }

  static Path tokenizer(String name) {
    return FOLDER.resolve("tokenizers").resolve(name);
  }

  /// A model's folder with one of the tokenizers and the special tokens that a case file names.
  static ChatTokenizer open(JsonNode golden, Path scratch, JsonNode kwargs) throws IOException {
    Files.copy(
        tokenizer(golden.get("tokenizer").stringValue()).resolve("tokenizer.json"),
        scratch.resolve("tokenizer.json"));
    ObjectNode config = JSON.createObjectNode();
    config.set("bos_token", golden.get("bos_token"));
    config.set("eos_token", golden.get("eos_token"));
    Files.writeString(scratch.resolve("tokenizer_config.json"), config.toString());
    StringBuilder template = new StringBuilder();
    kwargs.forEachEntry(
        (name, value) -> template.append("{% set " + name + " = " + value.toString() + " %}"));
    String name = golden.get("template").stringValue();
    template.append(Files.readString(FOLDER.resolve("templates/" + name + ".jinja")));
    return ChatTokenizer.open(
        scratch, Optional.of(template.toString()), ROWS, LocalDateTime.of(2026, 2, 3, 4, 5, 6));
  }

  static List<JsonNode> messages(JsonNode list) {
    return list.valueStream().toList();
  }

  static Optional<JsonNode> tools(JsonNode owner) {
    return Optional.of(owner.path("tools")).filter(JsonNode::isArray);
  }

  static int[] ints(JsonNode list) {
    return list.valueStream().mapToInt(JsonNode::intValue).toArray();
  }
}
