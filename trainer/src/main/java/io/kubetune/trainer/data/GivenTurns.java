package io.kubetune.trainer.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A conversation, with what its user and tool turns have of special tokens: counted, and where it
/// is to stay text, marked with stand-ins ([SpecialTexts]).
///
/// Whoever writes `<|im_end|>` into a question could else end the turn and speak as someone else.
/// The system's and the assistant's turns are the dataset's own words and stay as they are.
///
/// @param specialTexts places in turns that are not the model's that are written as special tokens
/// @param areMarked whether messages have stand-ins
record GivenTurns(List<JsonNode> messages, int specialTexts, boolean areMarked) {
  private static final Set<String> FROM_OUTSIDE = Set.of("user", "tool");

  static GivenTurns of(List<JsonNode> messages, ChatTokenizer tokenizer) {
    int found = 0;
    List<JsonNode> marked = new ArrayList<>(messages.size());
    for (JsonNode each : messages) {
      JsonNode content = each.path("content");
      int here =
          content.isString() && FROM_OUTSIDE.contains(each.path("role").asString(""))
              ? tokenizer.special().count(content.stringValue())
              : 0;
      found += here;
      marked.add(here > 0 && tokenizer.sanitizes() ? marked(each, tokenizer.special()) : each);
    }
    boolean areMarked = found > 0 && tokenizer.sanitizes();
    return new GivenTurns(areMarked ? marked : messages, found, areMarked);
  }

  private static JsonNode marked(JsonNode message, SpecialTexts special) {
    String content = message.path("content").stringValue();
    return ((ObjectNode) message.deepCopy()).put("content", special.marked(content));
  }
}
