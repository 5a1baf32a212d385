package io.kubetune.cli.submit.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.kubetune.cli.render.Manifest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Manifests as the client's objects, and marked copies of them.
///
/// ```
/// JsonTree.annotated(manifest, Map.of("tune.kubetune.io/creating", "true"))
/// ```
final class JsonTree {
  private JsonTree() {}

  static GenericKubernetesResource generic(Manifest manifest) {
    Map<String, Object> rest = new LinkedHashMap<>(manifest.tree());
    rest.keySet().removeAll(List.of("apiVersion", "kind", "metadata"));
    Map<?, ?> metadata = map(manifest.tree().get("metadata"));
    ObjectMetaBuilder meta = new ObjectMetaBuilder().withName(manifest.name());
    meta.withNamespace((String) metadata.get("namespace"));
    meta.withLabels(texts(metadata.get("labels")));
    meta.withAnnotations(texts(metadata.get("annotations")));
    if (metadata.get("ownerReferences") instanceof List<?> owners) {
      for (Object each : owners) {
        Map<?, ?> owner = map(each);
        meta.addToOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion((String) owner.get("apiVersion"))
                .withKind((String) owner.get("kind"))
                .withName((String) owner.get("name"))
                .withUid((String) owner.get("uid"))
                .build());
      }
    }
    GenericKubernetesResource generic = new GenericKubernetesResource();
    generic.setApiVersion(manifest.apiVersion());
    generic.setKind(manifest.kind());
    generic.setMetadata(meta.build());
    generic.setAdditionalProperties(rest);
    return generic;
  }

  static Manifest annotated(Manifest manifest, Map<String, String> annotations) {
    Map<String, Object> metadata = metadata(manifest);
    Map<String, Object> all = new LinkedHashMap<>(texts(metadata.get("annotations")));
    all.putAll(annotations);
    metadata.put("annotations", all);
    return with(manifest, metadata);
  }

  /// Deleted with its owner.
  static Manifest ownedBy(Manifest manifest, GenericKubernetesResource owner) {
    Map<String, Object> metadata = metadata(manifest);
    metadata.put(
        "ownerReferences",
        List.of(
            Map.of(
                "apiVersion", owner.getApiVersion(),
                "kind", owner.getKind(),
                "name", owner.getMetadata().getName(),
                "uid", owner.getMetadata().getUid())));
    return with(manifest, metadata);
  }

  static Optional<String> annotation(GenericKubernetesResource object, String name) {
    return Optional.ofNullable(object.getMetadata().getAnnotations()).map(all -> all.get(name));
  }

  static Optional<String> label(GenericKubernetesResource object, String name) {
    return Optional.ofNullable(object.getMetadata().getLabels()).map(all -> all.get(name));
  }

  /// What is under one key below the other; null where there is nothing.
  static Object at(Object tree, String... keys) {
    Object found = tree;
    for (String key : keys) {
      found = map(found).get(key);
    }
    return found;
  }

  private static Map<String, Object> metadata(Manifest manifest) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map(manifest.tree().get("metadata")).forEach((key, value) -> copy.put((String) key, value));
    return copy;
  }

  private static Manifest with(Manifest manifest, Map<String, Object> metadata) {
    Map<String, Object> tree = new LinkedHashMap<>(manifest.tree());
    tree.put("metadata", metadata);
    return new Manifest(tree);
  }

  private static Map<?, ?> map(Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static Map<String, String> texts(Object value) {
    Map<String, String> texts = new LinkedHashMap<>();
    map(value).forEach((key, each) -> texts.put((String) key, String.valueOf(each)));
    return texts;
  }
}
