package io.kubetune.cli.data.shape;

import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;

/// Writes canonical rows as the contract says (`templates/contract/canonical-data.md`): the same
/// row gives the same bytes, whatever it was read from.
///
/// A key of a message that is null is left out, because Parquet and Arrow give every message every
/// key.
///
/// ```
/// writer.write(new CanonicalRow.Text("hi")); // {"text":"hi"}\n
/// ```
public final class CanonicalWriter {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
          .disable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .rootValueSeparator(new SerializedString(""))
          .build();

  /// Keys of a message that its role and content were read from.
  static final Set<String> NOT_FURTHER = Set.of("role", "content", "from", "value");

  private final CanonicalBytes out;
  private final JsonGenerator json;

  public CanonicalWriter(CanonicalBytes out) {
    this.out = out;
    json = FACTORY.createGenerator(ObjectWriteContext.empty(), out);
  }

  /// Appends the row and a newline; its length in bytes comes back.
  public int write(CanonicalRow row) {
    int before = out.length();
    json.writeStartObject();
    switch (row) {
      case CanonicalRow.Conversation conversation -> write(conversation);
      case CanonicalRow.Pair pair -> {
        json.writeStringProperty("prompt", pair.prompt());
        json.writeStringProperty("completion", pair.completion());
      }
      case CanonicalRow.Text text -> json.writeStringProperty("text", text.text());
    }
    json.writeEndObject();
    json.writeRaw('\n');
    json.flush();
    return out.length() - before;
  }

  private void write(CanonicalRow.Conversation conversation) {
    json.writeArrayPropertyStart("messages");
    for (CanonicalRow.Message message : conversation.messages()) {
      json.writeStartObject();
      json.writeStringProperty("role", message.role());
      json.writeStringProperty("content", message.content());
      for (Map.Entry<String, JsonNode> each : message.found().properties()) {
        if (!NOT_FURTHER.contains(each.getKey()) && !each.getValue().isNull()) {
          json.writeName(each.getKey());
          write(each.getValue());
        }
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    conversation
        .tools()
        .ifPresent(tools -> {
          json.writeName("tools");
          write(tools);
        });
  }

  private void write(JsonNode value) {
    switch (value.getNodeType()) {
      case OBJECT -> {
        json.writeStartObject();
        for (Map.Entry<String, JsonNode> each : value.properties()) {
          if (!each.getValue().isNull()) {
            json.writeName(each.getKey());
            write(each.getValue());
          }
        }
        json.writeEndObject();
      }
      case ARRAY -> {
        json.writeStartArray();
        value.forEach(this::write);
        json.writeEndArray();
      }
      case STRING -> json.writeString(value.stringValue());
      case NUMBER -> {
        if (value.isBigInteger()) {
          json.writeNumber(value.bigIntegerValue());
        } else if (value.isIntegralNumber()) {
          json.writeNumber(value.longValue());
        } else {
          json.writeNumber(value.doubleValue());
        }
      }
      case BOOLEAN -> json.writeBoolean(value.booleanValue());
      case NULL, MISSING -> json.writeNull();
      case BINARY, POJO -> throw new IllegalStateException("no reader makes " + value);
    }
  }
}
