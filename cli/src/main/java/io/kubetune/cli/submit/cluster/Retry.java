package io.kubetune.cli.submit.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.render.Manifest;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Makes a run that has ended anew, from its own Job and ConfigMap: the same request, the same
/// name; with a checkpoint claim it goes on from the last checkpoint.
///
/// ```
/// new Retry(cluster, talk).of(runs.require(RunTarget.parse("bot")));
/// ```
public record Retry(Cluster cluster, Consumer<String> talk) {
  private static final List<String> SET_BY_THE_CONTROLLER =
      List.of(
          "batch.kubernetes.io/controller-uid",
          "batch.kubernetes.io/job-name",
          "controller-uid",
          "job-name");

  /// @throws TuneException NOT_SUPPORTED for a Workspace, NOT_FOUND where its ConfigMap is gone
  public GenericKubernetesResource of(ClusterRuns.Found run) {
    String attempted = "can't retry the run '" + run.name() + "'";
    if (!run.isJob()) {
      throw new TuneException(
          ExitCode.NOT_SUPPORTED,
          attempted,
          run.reference(),
          "KAITO's Workspaces can't be changed",
          "delete it and create it again");
    }
    ApiObjects objects = new ApiObjects(cluster, run.namespace());
    GenericKubernetesResource config =
        cluster
            .ask(attempted, () -> objects.find(ApiObjects.CONFIG_MAP, run.name() + "-config"))
            .orElseThrow(() ->
                new TuneException(
                    ExitCode.NOT_FOUND,
                    attempted,
                    "configmap/" + run.name() + "-config",
                    "it is gone, and with it the training config",
                    "create the run again"));
    KeptRun kept = new KeptRun(config, run.owner());
    cluster.tell(attempted, () -> kept.keep(objects, run.name()));
    return make(objects, run.name(), kept);
  }

  /// Makes the run of a retry that was killed between deleting it and making it anew.
  ///
  /// @return empty where there was none
  public Optional<GenericKubernetesResource> finish(String namespace, String name) {
    ApiObjects objects = new ApiObjects(cluster, namespace);
    return cluster
        .ask("can't retry the run '" + name + "'", () -> KeptRun.of(objects, name))
        .map(kept -> make(objects, name, kept));
  }

  private GenericKubernetesResource make(ApiObjects objects, String name, KeptRun kept) {
    List<Manifest> manifests = List.of(manifest(kept.config()), manifest(kept.job()));
    GenericKubernetesResource made =
        new Submission(cluster, objects.namespace(), new Submission.Options(true, true), talk)
            .submit(manifests);
    cluster.tell(
        "can't remove what was kept of the run '" + name + "'", () -> KeptRun.drop(objects, name));
    return made;
  }

  /// What a user would have written: without all that the server added.
  static Manifest manifest(GenericKubernetesResource stored) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", stored.getMetadata().getName());
    metadata.put("namespace", stored.getMetadata().getNamespace());
    metadata.put("labels", new LinkedHashMap<>(stored.getMetadata().getLabels()));
    Map<String, String> annotations = new LinkedHashMap<>(stored.getMetadata().getAnnotations());
    annotations.keySet().removeAll(List.of(Marks.CREATING, Marks.REQUEST, Marks.CANCELLED));
    metadata.put("annotations", annotations);
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("apiVersion", stored.getApiVersion());
    tree.put("kind", stored.getKind());
    tree.put("metadata", metadata);
    stored
        .getAdditionalProperties()
        .forEach((key, value) -> {
          if (!key.equals("status")) {
            tree.put(key, key.equals("spec") ? spec(value) : value);
          }
        });
    return new Manifest(tree);
  }

  private static Object spec(Object stored) {
    Map<String, Object> spec = copy(stored);
    spec.keySet().removeAll(List.of("selector", "suspend"));
    Map<String, Object> template = copy(spec.get("template"));
    Map<String, Object> metadata = copy(template.get("metadata"));
    metadata.remove("creationTimestamp");
    Map<String, Object> labels = copy(metadata.get("labels"));
    labels.keySet().removeAll(SET_BY_THE_CONTROLLER);
    metadata.put("labels", labels);
    template.put("metadata", metadata);
    spec.put("template", template);
    return spec;
  }

  private static Map<String, Object> copy(Object value) {
    Map<String, Object> copy = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, each) -> copy.put((String) key, each));
    }
    return copy;
  }
}
