package io.kubetune.contract.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A conversation as templates see it. Before rendering, transformers 5 copies what a model thought
/// under the one name that most templates read and the one that gpt-oss reads.
///
/// ```
/// {"role":"assistant","reasoning":"r","content":"c"}
///   →   {"thinking":"r","role":"assistant","reasoning":"r","content":"c","reasoning_content":"r"}
/// ```
public final class Messages {
  private static final List<String> REASONING =
      List.of("reasoning_content", "thinking", "reasoning");

  private Messages() {}

  /// The value of the variable `messages`.
  public static Value of(Iterable<JsonNode> messages) {
    List<Value> values = new ArrayList<>();
    messages.forEach(each -> values.add(withReasoning(JsonValues.of(each))));
    return Value.list(values);
  }

  private static Value withReasoning(Value message) {
    if (!(message instanceof Value.Dict(Map<Value, Value> entries))) {
      return message;
    }
    for (String name : REASONING) {
      Value reasoning = entries.get(Value.text(name));
      if (reasoning != null && reasoning != Value.None.NONE) {
        Map<Value, Value> copied = new LinkedHashMap<>();
        copied.put(Value.text("thinking"), reasoning);
        copied.putAll(entries);
        copied.put(Value.text("reasoning_content"), reasoning);
        return new Value.Dict(copied);
      }
    }
    return message;
  }
}
