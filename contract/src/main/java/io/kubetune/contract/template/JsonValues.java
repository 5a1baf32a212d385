package io.kubetune.contract.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// JSON as the values a template works with: 1 is an int, 1.0 a float, null is none.
public final class JsonValues {
  private JsonValues() {}

  public static Value of(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        Map<Value, Value> entries = new LinkedHashMap<>();
        node.forEachEntry((name, value) -> entries.put(Value.text(name), of(value)));
        yield new Value.Dict(entries);
      }
      case ARRAY -> {
        List<Value> items = new ArrayList<>(node.size());
        node.forEach(each -> items.add(of(each)));
        yield Value.list(items);
      }
      case STRING -> Value.text(node.stringValue());
      case NUMBER ->
          node.isIntegralNumber()
              ? new Value.Int(node.bigIntegerValue())
              : new Value.Real(node.doubleValue());
      case BOOLEAN -> Value.Bool.of(node.booleanValue());
      case NULL, MISSING -> Value.None.NONE;
      case BINARY, POJO -> throw new IllegalArgumentException("not JSON: " + node.getNodeType());
    };
  }
}
