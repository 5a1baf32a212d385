package io.kubetune.cli.data.shape;

import io.kubetune.cli.data.format.JsonRow;
import io.kubetune.cli.data.format.Place;
import io.kubetune.contract.Problem;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// Makes a canonical row of a user's row, or says everything that is wrong with it.
///
/// ```
/// new RowShaper(form, problems::add).shape(columns, place).ifPresent(writer::write)
/// ```
public final class RowShaper {
  private final RowForm form;
  private final Consumer<Problem> problems;
  private final Conversations conversations;

  /// Of the row at hand.
  private boolean sound;

  private Place place;

  public RowShaper(RowForm form, Consumer<Problem> problems) {
    this.form = form;
    this.problems = problems;
    this.conversations = new Conversations(this::problem);
  }

  /// Empty where the row can't be trained on; the problems then say why.
  public Optional<CanonicalRow> shape(ObjectNode row, Place place) {
    this.place = place;
    sound = true;
    CanonicalRow shaped =
        switch (form) {
          case RowForm.Conversation names ->
              new CanonicalRow.Conversation(
                  conversations.messages(names.messages(), column(row, names.messages())),
                  tools(names.tools(), row.get(names.tools())));
          case RowForm.Pair names ->
              new CanonicalRow.Pair(text(row, names.prompt()), text(row, names.completion()));
          case RowForm.Templated names ->
              new CanonicalRow.Pair(
                  names.template().fill(field -> field(row, names.columns().get(field), names)),
                  text(row, names.completion()));
          case RowForm.Text names -> new CanonicalRow.Text(text(row, names.text()));
        };
    return sound ? Optional.of(shaped) : Optional.empty();
  }

  private String field(ObjectNode row, String name, RowForm.Templated names) {
    JsonNode value = row.get(name);
    boolean absent = value == null || value.isNull();
    return absent && names.optional().contains(name) ? "" : text(row, name);
  }

  private String text(ObjectNode row, String name) {
    JsonNode value = column(row, name);
    if (value == null) {
      return "";
    }
    if (!value.isString()) {
      String remedy =
          value.isArray() ? "messages of a conversation stand in one list, in 'messages'" : "";
      problem(name, "is " + kind(value) + ", not a string", remedy);
      return "";
    }
    loneSurrogate(value).ifPresent(found -> problem(name, found, LONE_SURROGATE_REMEDY));
    return value.stringValue();
  }

  private JsonNode column(ObjectNode row, String name) {
    JsonNode value = row.get(name);
    if (value == null) {
      problem(name, "no such column; the row has " + String.join(", ", row.propertyNames()), "");
    }
    return value;
  }

  private Optional<ArrayNode> tools(String name, JsonNode found) {
    JsonNode value = found;
    if (value != null && value.isString()) {
      // Parquet's schemas can't hold JSON Schema, so datasets keep tools as JSON text.
      try {
        value = JsonRow.parse(value.stringValue());
      } catch (JacksonException e) {
        problem(name, "is text that is not JSON", "a list of tool descriptions belongs here");
        return Optional.empty();
      }
    }
    if (value == null || value.isNull() || value.isEmpty()) {
      return Optional.empty();
    }
    if (!(value instanceof ArrayNode list)) {
      problem(name, "is " + kind(value) + ", not a list", "");
      return Optional.empty();
    }
    loneSurrogate(list).ifPresent(at -> problem(name, at, LONE_SURROGATE_REMEDY));
    return Optional.of(list);
  }

  private void problem(String field, String found, String remedy) {
    sound = false;
    problems.accept(place.problem(field, found, remedy));
  }

  static final String LONE_SURROGATE_REMEDY = "half of a pair; no UTF-8 and no token exists for it";

  /// What a message says of half a surrogate pair anywhere within a value.
  static Optional<String> loneSurrogate(JsonNode value) {
    if (value.isString()) {
      String text = value.stringValue();
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (Character.isSurrogate(c)) {
          boolean pair =
              Character.isHighSurrogate(c)
                  && i + 1 < text.length()
                  && Character.isLowSurrogate(text.charAt(i + 1));
          if (!pair) {
            return Optional.of("a lone surrogate (\\u%04x) at character %d".formatted((int) c, i));
          }
          i++;
        }
      }
      return Optional.empty();
    }
    Optional<String> first =
        value.propertyNames().stream()
            .flatMap(name -> loneSurrogate(StringNode.valueOf(name)).stream())
            .findFirst();
    for (JsonNode each : value) {
      if (first.isEmpty()) {
        first = loneSurrogate(each);
      }
    }
    return first;
  }

  /// What kind of value was found, with its article.
  static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL, MISSING -> "null";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      case ARRAY -> "a list";
      case OBJECT, POJO -> "an object";
      case BINARY -> "binary";
    };
  }
}
