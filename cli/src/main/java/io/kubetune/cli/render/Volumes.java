package io.kubetune.cli.render;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Pieces of a pod's spec: volumes, mounts, variables.
///
/// ```
/// Volumes.mount("data", "/mnt/data", true)
/// ```
final class Volumes {
  static final Map<String, Object> EMPTY = Map.of("emptyDir", Map.of());

  private Volumes() {}

  static Map<String, Object> claim(String name, boolean readOnly) {
    Map<String, Object> claim = new LinkedHashMap<>();
    claim.put("claimName", name);
    if (readOnly) {
      claim.put("readOnly", true);
    }
    return Map.of("persistentVolumeClaim", claim);
  }

  /// A registry's credentials as the file that registry clients look for.
  static Map<String, Object> credentials(String secret) {
    Map<String, Object> source = new LinkedHashMap<>();
    source.put("secretName", secret);
    source.put("items", List.of(inOrder("key", ".dockerconfigjson", "path", "config.json")));
    return Map.of("secret", source);
  }

  /// A Secret with whatever keys it has, a file each.
  static Map<String, Object> secret(String name) {
    return Map.of("secret", Map.of("secretName", name));
  }

  static Map<String, Object> named(String name, Map<String, ?> source) {
    Map<String, Object> volume = new LinkedHashMap<>();
    volume.put("name", name);
    volume.putAll(source);
    return volume;
  }

  static Map<String, Object> mount(String name, String path, boolean readOnly) {
    Map<String, Object> mount = inOrder("name", name, "mountPath", path);
    if (readOnly) {
      mount.put("readOnly", true);
    }
    return mount;
  }

  static Map<String, Object> env(String name, String value) {
    return inOrder("name", name, "value", literal(value));
  }

  /// A text that arrives in the container as it was typed: the kubelet expands `$(NAME)` in
  /// arguments and variables, and makes one `$` of two.
  static String literal(String text) {
    return text.replace("$", "$$");
  }

  static Map<String, Object> secretEnv(String name, String secret, String key) {
    return inOrder(
        "name", name, "valueFrom", Map.of("secretKeyRef", inOrder("name", secret, "key", key)));
  }

  /// A map whose keys stay in the order written: `Map.of` has none that is stable.
  static Map<String, Object> inOrder(String key, Object value, String key2, Object value2) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(key, value);
    map.put(key2, value2);
    return map;
  }
}
