package io.kubetune.trainer.data;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How many ids a `tokenizer.json` hands out, read as a stream: Gemma's file has 33 MB.
///
/// @param baseSize the largest id of the model's own vocabulary, plus 1
/// @param added ids by added token
/// @param special those of them that are special: what a text never says by itself
record Vocabulary(int baseSize, Map<String, Integer> added, List<String> special) {

  /// Added tokens beyond the embedding that text never contains: Gemma 3's text-only checkpoints
  /// keep the placeholder for images in their tokenizer, and no row in the embedding for it.
  private static final Set<String> MEDIA_PLACEHOLDERS = Set.of("<image_soft_token>");

  /// Reads a part of a file; what follows the part is not its business.
  private static final JsonMapper WITHIN =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  static Vocabulary read(Path file) {
    int base = 0;
    Map<String, Integer> added = new LinkedHashMap<>();
    List<String> special = new ArrayList<>();
    try (JsonParser json = WITHIN.createParser(file.toFile())) {
      json.nextToken();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("model")) {
          base = modelSize(json);
        } else if (name.equals("added_tokens")) {
          JsonNode tokens = WITHIN.readTree(json);
          for (JsonNode each : tokens) {
            String content = each.path("content").asString("");
            added.put(content, each.path("id").asInt(0));
            if (each.path("special").asBoolean(false)) {
              special.add(content);
            }
          }
        } else {
          json.skipChildren();
        }
      }
    } catch (JacksonException e) {
      throw unreadable(file, e);
    }
    return new Vocabulary(base, added, special);
  }

  /// What is read twice (here, and by [LiteralTokenizer]) is refused in the same words.
  static TuneException unreadable(Path file, JacksonException e) {
    return new TuneException(
        ExitCode.BAD_MODEL,
        "can't read the tokenizer",
        file.toString(),
        "not a tokenizer: " + e.getOriginalMessage(),
        "fetch the model again",
        e);
  }

  private static int modelSize(JsonParser json) {
    int size = 0;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean vocabulary = json.currentName().equals("vocab");
      JsonToken value = json.nextToken();
      if (vocabulary && value == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
          json.nextToken();
          size = Math.max(size, json.getIntValue() + 1);
        }
      } else if (vocabulary && value == JsonToken.START_ARRAY) {
        // Unigram: [piece, score] in the order of their ids.
        while (json.nextToken() != JsonToken.END_ARRAY) {
          json.skipChildren();
          size++;
        }
      } else {
        json.skipChildren();
      }
    }
    return size;
  }

  /// Refuses a tokenizer that can hand out ids for which the embedding has no row.
  ///
  /// @param embeddingRows `vocab_size`
  void checkFits(int embeddingRows, Path file) {
    List<String> beyond = new ArrayList<>();
    added.forEach((token, id) -> {
      if (id >= embeddingRows && !MEDIA_PLACEHOLDERS.contains(token)) {
        beyond.add(token + " (" + id + ")");
      }
    });
    if (baseSize <= embeddingRows && beyond.isEmpty()) {
      return;
    }
    String found =
        baseSize > embeddingRows
            ? "a vocabulary of " + baseSize + " tokens"
            : "added tokens " + String.join(", ", beyond.subList(0, Math.min(5, beyond.size())));
    throw new TuneException(
        ExitCode.BAD_MODEL,
        "the tokenizer does not belong to this model",
        file.toString(),
        found + ", while the embedding has " + embeddingRows + " rows (vocab_size in config.json)",
        "take tokenizer and weights from the same model, or resize the embedding"
            + " (model.resize_token_embeddings in transformers) and save both");
  }
}
