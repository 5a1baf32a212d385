package io.kubetune.cli.render;

import io.kubetune.cli.request.ConfigMapKey;
import io.kubetune.cli.request.PodRequest;
import java.util.List;
import java.util.Map;

/// The user's certificate authorities as the containers see them that reach out of the pod: a
/// ConfigMap, mounted as a folder.
///
/// ```
/// OwnAuthorities.mounts(pod) // [{name: ca, mountPath: /mnt/ca, readOnly: true}], or nothing
/// ```
final class OwnAuthorities {
  static final String FOLDER = "/mnt/ca";

  private OwnAuthorities() {}

  static List<Object> mounts(PodRequest pod) {
    return pod.caConfigMap().stream().map(_ -> (Object) Volumes.mount("ca", FOLDER, true)).toList();
  }

  static List<Object> volumes(PodRequest pod) {
    return pod.caConfigMap().stream()
        .map(each -> (Object) Volumes.named("ca", Map.of("configMap", source(each))))
        .toList();
  }

  private static Map<String, Object> source(ConfigMapKey map) {
    // Under a name of ours: a key may begin with a dot, and such files are the kubelet's own.
    return map.key()
        .map(key ->
            Volumes.inOrder(
                "name",
                map.name(),
                "items",
                List.of(Volumes.inOrder("key", key, "path", "ca.crt"))))
        .orElse(Map.of("name", map.name()));
  }
}
