package io.kubetune.cli.submit.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.cli.render.Manifest;
import io.kubetune.contract.TuneException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The requests of one submission, in order, and their undoing.
///
/// ```
/// new Steps(objects, submission, job, digest).job(List.of(configMap));
/// ```
final class Steps {
  /// Kueue takes over `suspend` of Jobs with this label.
  private static final String QUEUE = "kueue.x-k8s.io/queue-name";

  private final ApiObjects objects;
  private final Submission submission;
  private final Manifest owner;
  private final String digest;
  private final ApiObjects.Apply apply;
  private final List<Made> made = new ArrayList<>();

  private record Made(ApiObjects.Kind kind, GenericKubernetesResource object) {}

  Steps(ApiObjects objects, Submission submission, Manifest owner, String digest) {
    this.objects = objects;
    this.submission = submission;
    this.owner = owner;
    this.digest = digest;
    this.apply = new ApiObjects.Apply(false, submission.options().forceConflicts());
  }

  /// Job suspended, what it owns, Job resumed.
  GenericKubernetesResource job(List<Manifest> dependents) {
    Thread onInterrupt = undoOnInterrupt();
    try {
      GenericKubernetesResource job =
          make(JsonTree.annotated(suspended(owner), submission.unfinished(digest)));
      dependents.forEach(each -> make(JsonTree.ownedBy(each, job)));
      return submission.ask(
          owner, isQueued() ? this::leaveToKueue : () -> objects.apply(finished(), apply));
    } catch (TuneException e) {
      undo();
      throw e;
    } finally {
      forget(onInterrupt);
    }
  }

  /// ConfigMap, Workspace, and the one given to the other: KAITO's webhook looks for the ConfigMap.
  GenericKubernetesResource workspace(List<Manifest> dependents) {
    Thread onInterrupt = undoOnInterrupt();
    try {
      dependents.forEach(this::make);
      GenericKubernetesResource workspace =
          make(JsonTree.annotated(owner, submission.unfinished(digest)));
      dependents.forEach(each -> make(JsonTree.ownedBy(each, workspace)));
      return submission.ask(owner, () -> objects.apply(finished(), apply));
    } catch (TuneException e) {
      undo();
      throw e;
    } finally {
      forget(onInterrupt);
    }
  }

  private GenericKubernetesResource make(Manifest manifest) {
    ApiObjects.Kind kind = ApiObjects.Kind.of(manifest);
    GenericKubernetesResource stored = submission.ask(owner, () -> objects.apply(manifest, apply));
    synchronized (made) {
      made.add(new Made(kind, stored));
    }
    return stored;
  }

  /// As it stays: fields that were applied before and are not any more are removed by the server.
  private Manifest finished() {
    return JsonTree.annotated(owner, Map.of(Marks.REQUEST, digest));
  }

  private boolean isQueued() {
    return owner.tree().get("metadata") instanceof Map<?, ?> metadata
        && metadata.get("labels") instanceof Map<?, ?> labels
        && labels.containsKey(QUEUE);
  }

  /// It stays suspended: Kueue resumes it when its queue has quota.
  private GenericKubernetesResource leaveToKueue() {
    String patch = "{\"metadata\":{\"annotations\":{\"%s\":null}}}".formatted(Marks.CREATING);
    return objects.merge(ApiObjects.JOB, owner.name(), patch);
  }

  private static Manifest suspended(Manifest job) {
    Map<String, Object> tree = new LinkedHashMap<>(job.tree());
    Map<String, Object> spec = new LinkedHashMap<>();
    ((Map<?, ?>) tree.get("spec")).forEach((key, value) -> spec.put((String) key, value));
    spec.put("suspend", true);
    tree.put("spec", spec);
    return new Manifest(tree);
  }

  // Ctrl-C half-way leaves nothing behind either.
  private Thread undoOnInterrupt() {
    Thread undo = new Thread(this::undo);
    Runtime.getRuntime().addShutdownHook(undo);
    return undo;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook runs now.
    }
  }

  private void undo() {
    List<Made> all;
    synchronized (made) {
      all = new ArrayList<>(made).reversed();
      made.clear();
    }
    for (Made each : all) {
      try {
        objects.delete(each.kind(), each.object());
      } catch (KubernetesClientException e) {
        submission
            .talk()
            .accept(
                "could not remove "
                    + each.kind().plural()
                    + "/"
                    + each.object().getMetadata().getName()
                    + "; the same create again finishes or removes it");
      }
    }
  }
}
