package io.kubetune.cli.data.format;

import io.kubetune.contract.Json;
import io.kubetune.contract.Problem;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Turns JSON text into rows, strictly: no duplicate keys, nothing after the row.
///
/// ```
/// ObjectNode row = JsonRow.read(JsonRow.parser(chars, 0, length));
/// ```
public final class JsonRow {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// Symbol tables are not shared between parsers: keys are few, and hostile ones would pile up.
  static final JsonFactory FACTORY =
      Json.FACTORY
          .rebuild()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(RowReader.LONGEST_ROW_BYTES)
                  .maxNestingDepth(200)
                  .build())
          .build();

  private JsonRow() {}

  /// The JSON value that a text holds, and nothing after it.
  ///
  /// @throws tools.jackson.core.JacksonException where it is none
  public static JsonNode parse(String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() == null) {
        throw new StreamReadException(parser, "no JSON value");
      }
      JsonNode value = read(parser);
      if (parser.nextToken() != null) {
        throw new StreamReadException(parser, "more JSON after the value's end");
      }
      return value;
    }
  }

  static JsonParser parser(char[] text, int from, int length) {
    return FACTORY.createParser(ObjectReadContext.empty(), text, from, length);
  }

  /// The value at the parser's current token, whole. Numbers with a fraction are doubles, as Python
  /// reads them.
  static JsonNode read(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = NODES.objectNode();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          parser.nextToken();
          object.set(name, read(parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(read(parser));
        }
        yield array;
      }
      case VALUE_STRING -> NODES.stringNode(parser.getString());
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT, LONG -> NODES.numberNode(parser.getLongValue());
            case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL ->
                NODES.numberNode(parser.getBigIntegerValue());
          };
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("no value begins with " + parser.currentToken());
    };
  }

  /// What is wrong with JSON text, in words of our own: Jackson's carry the source's address.
  static Problem problem(JacksonException e, Place place) {
    if (e instanceof UnexpectedEndOfInputException) {
      return place.problem("", "the JSON ends early", "one row is one JSON object on one line");
    }
    String found =
        e.getOriginalMessage()
            .replaceAll("(?s)\\s*\\(start marker at.*|\\s+at \\[.*|, from `[^`]*`", "");
    int column = e.getLocation() == null ? -1 : e.getLocation().getColumnNr();
    return place.problem(
        "", "not JSON" + (column > 0 ? " at column " + column : "") + ": " + found, "");
  }
}
