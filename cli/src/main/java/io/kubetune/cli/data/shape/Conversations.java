package io.kubetune.cli.data.shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Makes canonical messages of OpenAI's (`role`, `content`) and ShareGPT's (`from`, `value`).
///
/// ```
/// new Conversations(report).messages("messages", row.get("messages"))
/// ```
final class Conversations {
  /// Every role that is known, by what it becomes; the last ones are ShareGPT's names.
  static final Map<String, String> ROLES =
      Map.of(
          "system", "system",
          "user", "user",
          "assistant", "assistant",
          "tool", "tool",
          "human", "user",
          "gpt", "assistant");

  /// Takes one problem of the row at hand.
  @FunctionalInterface
  interface Report {
    void problem(String field, String found, String remedy);
  }

  private final Report report;

  Conversations(Report report) {
    this.report = report;
  }

  /// @param name the user's name of the column
  /// @param value what it holds; null where it is missing, which was reported already
  List<CanonicalRow.Message> messages(String name, JsonNode value) {
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      report.problem(
          name,
          "is " + RowShaper.kind(value) + ", not a list of messages",
          value.isString() ? "parse the text before writing it (json.loads in Python)" : "");
      return List.of();
    }
    if (value.isEmpty()) {
      report.problem(name, "an empty conversation", "remove the row");
      return List.of();
    }
    List<CanonicalRow.Message> messages = new ArrayList<>(value.size());
    boolean complete = true;
    for (int i = 0; i < value.size(); i++) {
      Optional<CanonicalRow.Message> message = message(name + "[" + i + "]", value.get(i));
      complete &= message.isPresent();
      message.ifPresent(messages::add);
    }
    if (complete && messages.stream().noneMatch(CanonicalRow.Message::isAnswer)) {
      report.problem(name, "no answer to learn: no message is the assistant's", "remove the row");
    }
    return messages;
  }

  private Optional<CanonicalRow.Message> message(String at, JsonNode value) {
    if (!(value instanceof ObjectNode found)) {
      report.problem(at, "is " + RowShaper.kind(value) + ", not a message", "");
      return Optional.empty();
    }
    boolean shareGpt = !found.has("role") && found.has("from");
    Optional<String> role = role(at + (shareGpt ? ".from" : ".role"), found);
    boolean calls = found.path("tool_calls").isArray() && !found.path("tool_calls").isEmpty();
    String key = found.has("content") || !found.has("value") ? "content" : "value";
    Optional<String> content = content(at + "." + key, found.get(key), calls);
    boolean sound = furtherKeysAreSound(at, found);
    return sound
        ? role.flatMap(r -> content.map(c -> new CanonicalRow.Message(r, c, found)))
        : Optional.empty();
  }

  /// Keys besides role and content are kept for the chat template; they need only be Unicode.
  private boolean furtherKeysAreSound(String at, ObjectNode found) {
    boolean sound = true;
    for (Map.Entry<String, JsonNode> each : found.properties()) {
      if (!CanonicalWriter.NOT_FURTHER.contains(each.getKey())) {
        ObjectNode alone = found.objectNode().set(each.getKey(), each.getValue());
        Optional<String> lone = RowShaper.loneSurrogate(alone);
        lone.ifPresent(what ->
            report.problem(at + "." + each.getKey(), what, RowShaper.LONE_SURROGATE_REMEDY));
        sound &= lone.isEmpty();
      }
    }
    return sound;
  }

  private Optional<String> role(String at, ObjectNode found) {
    JsonNode role = found.has("role") ? found.get("role") : found.path("from");
    String known = role.isString() ? ROLES.get(role.stringValue()) : null;
    if (known == null) {
      String what =
          role.isMissingNode()
              ? "no role"
              : role.isString()
                  ? "unknown role '" + shortened(role.stringValue()) + "'"
                  : "is " + RowShaper.kind(role) + ", not a string";
      report.problem(at, what, "roles are system, user, assistant and tool");
    }
    return Optional.ofNullable(known);
  }

  private Optional<String> content(String at, JsonNode found, boolean callsTools) {
    if (found == null || found.isNull()) {
      if (callsTools) {
        return Optional.of("");
      }
      report.problem(at, found == null ? "no content" : "is null, not a string", "");
      return Optional.empty();
    }
    if (found.isArray()) {
      return parts(at, found);
    }
    if (!found.isString()) {
      report.problem(at, "is " + RowShaper.kind(found) + ", not a string", "");
      return Optional.empty();
    }
    Optional<String> lone = RowShaper.loneSurrogate(found);
    lone.ifPresent(what -> report.problem(at, what, RowShaper.LONE_SURROGATE_REMEDY));
    return lone.isPresent() ? Optional.empty() : Optional.of(found.stringValue());
  }

  /// OpenAI's content parts, of which text is the only kind that is trained on.
  private Optional<String> parts(String at, JsonNode list) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < list.size(); i++) {
      JsonNode part = list.get(i);
      if (!part.path("type").stringValue("").equals("text") || !part.path("text").isString()) {
        report.problem(at + "[" + i + "]", "is no part of type text", "only text is trained on");
        return Optional.empty();
      }
      Optional<String> one = content(at + "[" + i + "].text", part.get("text"), false);
      if (one.isEmpty()) {
        return one;
      }
      text.append(one.get());
    }
    return Optional.of(text.toString());
  }

  private static String shortened(String text) {
    return text.length() <= 30 ? text : text.substring(0, 30) + "…";
  }
}
