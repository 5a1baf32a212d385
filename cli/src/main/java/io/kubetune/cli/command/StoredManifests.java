package io.kubetune.cli.command;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.render.Manifest;
import io.kubetune.contract.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Objects as the API server stores them, to be printed as manifests are.
///
/// ```
/// terminal.out().print(ManifestText.yaml(StoredManifests.of(stored)));
/// ```
final class StoredManifests {
  private StoredManifests() {}

  static List<Manifest> of(List<GenericKubernetesResource> stored) {
    return stored.stream().map(StoredManifests::manifest).toList();
  }

  private static Manifest manifest(GenericKubernetesResource object) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("apiVersion", object.getApiVersion());
    tree.put("kind", object.getKind());
    String json = Cluster.SERIALIZATION.asJson(object.getMetadata());
    Map<String, Object> metadata = map(Json.MAPPER.readTree(json));
    // kubectl leaves it out as well: nobody reads it.
    metadata.remove("managedFields");
    tree.put("metadata", metadata);
    tree.putAll(object.getAdditionalProperties());
    return new Manifest(tree);
  }

  private static Map<String, Object> map(JsonNode object) {
    Map<String, Object> map = new LinkedHashMap<>();
    object.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
    return map;
  }

  private static Object plain(JsonNode node) {
    if (node.isObject()) {
      return map(node);
    }
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(each -> list.add(plain(each)));
      return list;
    }
    return node.isBoolean()
        ? (Object) node.booleanValue()
        : node.isNumber() ? (Object) node.asLong() : node.asString();
  }
}
