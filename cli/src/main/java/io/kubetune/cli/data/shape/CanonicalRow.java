package io.kubetune.cli.data.shape;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One row that can be trained on, in one of the three shapes that the contract knows;
/// [CanonicalWriter] writes it.
///
/// ```
/// new CanonicalRow.Pair("2+2?", "4")
/// ```
public sealed interface CanonicalRow {

  /// @param tools descriptions of the tools that the model may call, for the chat template
  record Conversation(List<Message> messages, Optional<ArrayNode> tools) implements CanonicalRow {}

  record Pair(String prompt, String completion) implements CanonicalRow {}

  record Text(String text) implements CanonicalRow {}

  /// One turn.
  ///
  /// @param role system, user, assistant or tool
  /// @param found the message as it was found, for the keys besides role and content
  record Message(String role, String content, ObjectNode found) {
    public boolean isAnswer() {
      return role.equals("assistant");
    }

    /// A turn that calls tools says something even where its content is empty.
    public boolean callsTools() {
      JsonNode calls = found.get("tool_calls");
      return calls != null && calls.isArray() && !calls.isEmpty();
    }
  }
}
