package io.kubetune.cli.submit.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.render.Labels;
import io.kubetune.cli.render.Manifest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A run's Job and ConfigMap as they were stored, in a ConfigMap beside them, for the moments in
/// which [Retry] has deleted the run and not made it anew: who is killed then has lost nothing.
///
/// ```
/// new KeptRun(config, job).keep(objects, "bot");
/// KeptRun.of(objects, "bot"); // the same
/// KeptRun.drop(objects, "bot");
/// ```
record KeptRun(GenericKubernetesResource config, GenericKubernetesResource job) {
  private static final String CONFIG = "configmap.json";
  private static final String JOB = "job.json";

  private static String name(String run) {
    return run + "-retry";
  }

  void keep(ApiObjects objects, String run) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", name(run));
    metadata.put("labels", Map.of(Labels.MANAGED_BY, Labels.MANAGER, Labels.RUN, run));
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("apiVersion", "v1");
    tree.put("kind", "ConfigMap");
    tree.put("metadata", metadata);
    tree.put(
        "data",
        Map.of(
            CONFIG, Cluster.SERIALIZATION.asJson(config), JOB, Cluster.SERIALIZATION.asJson(job)));
    objects.apply(new Manifest(tree), new ApiObjects.Apply(false, true));
  }

  static Optional<KeptRun> of(ApiObjects objects, String run) {
    return objects
        .find(ApiObjects.CONFIG_MAP, name(run))
        .map(stored -> stored.getAdditionalProperties().get("data"))
        .filter(Map.class::isInstance)
        .map(data -> new KeptRun(read((Map<?, ?>) data, CONFIG), read((Map<?, ?>) data, JOB)));
  }

  private static GenericKubernetesResource read(Map<?, ?> data, String key) {
    return Cluster.SERIALIZATION.unmarshal(
        String.valueOf(data.get(key)), GenericKubernetesResource.class);
  }

  static void drop(ApiObjects objects, String run) {
    objects
        .find(ApiObjects.CONFIG_MAP, name(run))
        .ifPresent(stored -> objects.delete(ApiObjects.CONFIG_MAP, stored));
  }
}
