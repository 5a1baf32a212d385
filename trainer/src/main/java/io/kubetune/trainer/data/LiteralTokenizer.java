package io.kubetune.trainer.data;

import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A model's tokenizer once more, in which special tokens are known by their stand-ins alone: same
/// ids, same rules, and the texts of special tokens are text like any other.
///
/// The library has no switch for it that DJL reaches, so the file is written anew with other names,
/// as a stream: Gemma's has 33 MB.
///
/// ```
/// Tokenizer literal = LiteralTokenizer.open(file, special.standIns());
/// ```
final class LiteralTokenizer {
  /// Reads a part of a file; what follows the part is not its business.
  private static final JsonMapper WITHIN =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final Map<String, String> standIns;
  private final JsonGenerator to;

  private LiteralTokenizer(Map<String, String> standIns, JsonGenerator to) {
    this.standIns = standIns;
    this.to = to;
  }

  static Tokenizer open(Path file, Map<String, String> standIns) {
    StringWriter json = new StringWriter();
    try (JsonParser from = WITHIN.createParser(file.toFile());
        JsonGenerator to = WITHIN.createGenerator(json)) {
      new LiteralTokenizer(standIns, to).file(from);
    } catch (JacksonException e) {
      throw Vocabulary.unreadable(file, e);
    }
    return Tokenizer.of(json.toString(), file);
  }

  private void file(JsonParser from) {
    from.nextToken();
    to.writeStartObject();
    while (from.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = from.currentName();
      to.writeName(name);
      from.nextToken();
      switch (name) {
        case "added_tokens" -> addedTokens(from);
        case "model" -> model(from);
        default -> to.copyCurrentStructure(from);
      }
    }
    to.writeEndObject();
  }

  /// Stand-ins are looked for in the text as it is, before any normalization.
  private void addedTokens(JsonParser from) {
    JsonNode tokens = WITHIN.readTree(from);
    for (JsonNode each : tokens) {
      String standIn = standIns.get(each.path("content").asString(""));
      if (standIn != null) {
        ((ObjectNode) each).put("content", standIn).put("normalized", false);
      }
    }
    to.writePOJO(tokens);
  }

  private void model(JsonParser from) {
    to.writeStartObject();
    while (from.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = from.currentName();
      to.writeName(name);
      JsonToken value = from.nextToken();
      if (name.equals("vocab") && value == JsonToken.START_OBJECT) {
        vocabulary(from);
      } else if (name.equals("vocab") && value == JsonToken.START_ARRAY) {
        pieces(from);
      } else if (value == JsonToken.VALUE_STRING) {
        // unk_token
        to.writeString(standIns.getOrDefault(from.getString(), from.getString()));
      } else {
        to.copyCurrentStructure(from);
      }
    }
    to.writeEndObject();
  }

  private void vocabulary(JsonParser from) {
    to.writeStartObject();
    while (from.nextToken() == JsonToken.PROPERTY_NAME) {
      to.writeName(standIns.getOrDefault(from.currentName(), from.currentName()));
      from.nextToken();
      to.copyCurrentEvent(from);
    }
    to.writeEndObject();
  }

  /// Unigram: [piece, score] in the order of their ids.
  private void pieces(JsonParser from) {
    to.writeStartArray();
    while (from.nextToken() == JsonToken.START_ARRAY) {
      to.writeStartArray();
      for (JsonToken each = from.nextToken();
          each != JsonToken.END_ARRAY;
          each = from.nextToken()) {
        if (each == JsonToken.VALUE_STRING) {
          to.writeString(standIns.getOrDefault(from.getString(), from.getString()));
        } else {
          to.copyCurrentEvent(from);
        }
      }
      to.writeEndArray();
    }
    to.writeEndArray();
  }
}
