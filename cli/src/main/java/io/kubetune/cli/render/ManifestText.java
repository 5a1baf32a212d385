package io.kubetune.cli.render;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Manifests as text, in kubectl's three forms.
///
/// ```
/// out.print(ManifestText.yaml(Manifests.of(plan)));
/// ```
public final class ManifestText {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ManifestText() {}

  /// Documents separated by `---`.
  public static String yaml(List<Manifest> manifests) {
    return manifests.stream()
        .map(manifest -> YamlText.of(manifest.tree()))
        .collect(Collectors.joining("---\n"));
  }

  /// One object, or a `List` of them, ended by a line break.
  public static String json(List<Manifest> manifests) {
    if (manifests.size() == 1) {
      return node(manifests.getFirst().tree()).toPrettyString() + "\n";
    }
    ObjectNode list = JSON.objectNode().put("apiVersion", "v1").put("kind", "List");
    ArrayNode items = list.putArray("items");
    manifests.forEach(manifest -> items.add(node(manifest.tree())));
    return list.toPrettyString() + "\n";
  }

  /// A line each: `job.batch/bot`.
  public static String names(List<Manifest> manifests) {
    return manifests.stream()
        .map(manifest -> manifest.reference() + "\n")
        .collect(Collectors.joining());
  }

  /// The same tree as JSON.
  public static JsonNode node(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        ObjectNode object = JSON.objectNode();
        map.forEach((key, each) -> object.set(String.valueOf(key), node(each)));
        yield object;
      }
      case Collection<?> items -> {
        ArrayNode array = JSON.arrayNode();
        items.forEach(each -> array.add(node(each)));
        yield array;
      }
      case String text -> JSON.stringNode(text);
      case Boolean flag -> JSON.booleanNode(flag);
      case Integer number -> JSON.numberNode(number);
      case Long number -> JSON.numberNode(number);
      case Double number -> JSON.numberNode(number);
      case null -> JSON.nullNode();
      default -> throw new IllegalStateException("no JSON for a " + value.getClass());
    };
  }
}
