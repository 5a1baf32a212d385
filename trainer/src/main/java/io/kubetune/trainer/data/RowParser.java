package io.kubetune.trainer.data;

import io.kubetune.contract.DataManifest.Shape;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads one line as one row, or says what is wrong with it.
///
/// ```
/// Optional<Row> row = new RowParser(Shape.TEXT, problems).parse(1, line);
/// ```
final class RowParser {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final String AGAIN = "make the folder again with kubectl tune data";
  private static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");

  private final Shape shape;
  private final RowProblems problems;

  RowParser(Shape shape, RowProblems problems) {
    this.shape = shape;
    this.problems = problems;
  }

  Optional<Row> parse(int number, byte[] line) {
    try {
      // Jackson accepts overlong UTF-8, the decoder does not.
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(line))
              .toString();
      if (text.isBlank()) {
        problems.add(number, "", "a blank line", AGAIN);
        return Optional.empty();
      }
      return row(number, JSON.readTree(text));
    } catch (CharacterCodingException e) {
      problems.add(number, "", "not UTF-8", AGAIN);
    } catch (JacksonException e) {
      problems.add(number, "", "not a JSON object: " + e.getOriginalMessage(), AGAIN);
    }
    return Optional.empty();
  }

  private Optional<Row> row(int number, JsonNode json) {
    if (!json.isObject()) {
      problems.add(number, "", "is " + kind(json) + ", not an object", AGAIN);
      return Optional.empty();
    }
    boolean sound = true;
    Set<String> known = keys();
    for (String name : json.propertyNames()) {
      if (!known.contains(name)) {
        problems.add(
            number, name, "no key of a row of shape " + shape.spelling(), "one of " + keys());
        sound = false;
      }
      sound &= noLoneSurrogate(number, name, json.get(name));
    }
    Optional<Row> row =
        switch (shape) {
          case TEXT -> text(number, json, "text").map(text -> new Row.Text(number, text));
          case PROMPT_COMPLETION -> {
            Optional<String> prompt = text(number, json, "prompt");
            Optional<String> completion = text(number, json, "completion");
            yield prompt.flatMap(p -> completion.map(c -> new Row.PromptCompletion(number, p, c)));
          }
          case MESSAGES -> conversation(number, json);
        };
    return sound ? row : Optional.empty();
  }

  private Set<String> keys() {
    return switch (shape) {
      case TEXT -> Set.of("text");
      case PROMPT_COMPLETION -> Set.of("prompt", "completion");
      case MESSAGES -> Set.of("messages", "tools");
    };
  }

  private Optional<String> text(int number, JsonNode owner, String field) {
    return text(number, owner, field, field);
  }

  private Optional<String> text(int number, JsonNode owner, String key, String place) {
    JsonNode value = owner.path(key);
    if (value.isString()) {
      return Optional.of(value.stringValue());
    }
    problems.add(
        number,
        place,
        value.isMissingNode() ? "no " + key : "is " + kind(value) + ", not a string",
        AGAIN);
    return Optional.empty();
  }

  private Optional<Row> conversation(int number, JsonNode json) {
    JsonNode given = json.path("messages");
    if (!given.isArray() || given.isEmpty()) {
      String found =
          given.isMissingNode()
              ? "no messages"
              : given.isArray() ? "an empty conversation" : "is " + kind(given) + ", not a list";
      problems.add(number, "messages", found, AGAIN);
      return Optional.empty();
    }
    List<JsonNode> messages = new ArrayList<>();
    boolean sound = true;
    for (int i = 0; i < given.size(); i++) {
      sound &= isMessage(number, "messages[" + i + "]", given.get(i));
      messages.add(given.get(i));
    }
    if (sound && messages.stream().noneMatch(each -> role(each).equals("assistant"))) {
      problems.add(number, "messages", "no answer to learn: no message is the assistant's", AGAIN);
      sound = false;
    }
    JsonNode tools = json.path("tools");
    if (!tools.isMissingNode() && !tools.isNull() && !tools.isArray()) {
      problems.add(number, "tools", "is " + kind(tools) + ", not a list", AGAIN);
      sound = false;
    }
    return sound
        ? Optional.of(
            new Row.Messages(number, messages, Optional.of(tools).filter(JsonNode::isArray)))
        : Optional.empty();
  }

  private boolean isMessage(int number, String place, JsonNode message) {
    if (!message.isObject()) {
      problems.add(number, place, "is " + kind(message) + ", not a message", AGAIN);
      return false;
    }
    boolean content = text(number, message, "content", place + ".content").isPresent();
    boolean role = text(number, message, "role", place + ".role").isPresent();
    if (role && !ROLES.contains(role(message))) {
      problems.add(
          number,
          place + ".role",
          "unknown role '" + role(message) + "'",
          "roles are system, user, assistant and tool");
      return false;
    }
    return content && role;
  }

  private static String role(JsonNode message) {
    return message.path("role").asString("");
  }

  /// Half of a surrogate pair is no character; the tokenizer would make garbage of it.
  private boolean noLoneSurrogate(int number, String place, JsonNode value) {
    if (value.isString() && hasLoneSurrogate(value.stringValue())) {
      problems.add(
          number, place, "half of a surrogate pair (\\ud800 to \\udfff)", "correct the text");
      return false;
    }
    boolean sound = true;
    for (int i = 0; value.isArray() && i < value.size(); i++) {
      sound &= noLoneSurrogate(number, place + "[" + i + "]", value.get(i));
    }
    for (String name : value.propertyNames()) {
      sound &= noLoneSurrogate(number, place + "." + name, value.get(name));
    }
    return sound;
  }

  static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (Character.charCount(text.codePointAt(i)) == 1) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "a list";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "a truth value";
      case NULL, MISSING -> "null";
      case BINARY, POJO -> "no JSON value";
    };
  }
}
