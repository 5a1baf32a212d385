package io.kubetune.trainer.data;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// One row of canonical data, read and checked: `templates/contract/canonical-data.md`.
///
/// ```
/// {"prompt":"2+2?","completion":"4"}   →   PromptCompletion(1, "2+2?", "4")
/// ```
public sealed interface Row {

  /// From 1; also its line.
  int number();

  /// @param messages objects with a role and a content, at least one the assistant's
  /// @param tools what the model may call, an array
  record Messages(int number, List<JsonNode> messages, Optional<JsonNode> tools) implements Row {}

  record PromptCompletion(int number, String prompt, String completion) implements Row {}

  record Text(int number, String text) implements Row {}
}
