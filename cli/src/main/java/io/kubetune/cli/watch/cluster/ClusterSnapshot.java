package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One look at a run in the cluster: its owner, Job, pods, their events, and Kueue's opinion.
///
/// What may not be read (events, Workloads) is left out; the run itself must be readable.
///
/// ```
/// ClusterSnapshot run = ClusterSnapshot.read(cluster, found);
/// ClusterState.of(run).phase()
/// ```
///
/// @param job of a Workspace: the one that KAITO made for it, where there is one
/// @param pods the newest last
/// @param events of Job and pods, the newest last
/// @param workload Kueue's, where the Job waits in a queue
/// @param taints of the cluster's nodes, `key=value:effect`, where a pod finds no node and they may
///   be seen: the scheduler does not name them
public record ClusterSnapshot(
    ClusterRuns.Found run,
    Optional<Job> job,
    List<Pod> pods,
    List<Event> events,
    Optional<GenericKubernetesResource> workload,
    List<String> taints) {

  private static final String QUEUE = "kueue.x-k8s.io/queue-name";
  private static final ResourceDefinitionContext WORKLOADS =
      new ResourceDefinitionContext.Builder()
          .withGroup("kueue.x-k8s.io")
          .withVersion("v1beta1")
          .withKind("Workload")
          .withPlural("workloads")
          .withNamespaced(true)
          .build();

  public ClusterSnapshot {
    pods =
        pods.stream()
            .sorted(
                Comparator.comparing(
                    pod -> Times.instant(pod.getMetadata().getCreationTimestamp())))
            .toList();
    events = events.stream().sorted(Comparator.comparing(ClusterSnapshot::time)).toList();
  }

  /// @throws KubernetesClientException where the server is away; whoever polls goes on
  public static ClusterSnapshot read(Cluster cluster, ClusterRuns.Found run) {
    String namespace = run.namespace();
    Optional<Job> job =
        Optional.ofNullable(
            cluster.client().batch().v1().jobs().inNamespace(namespace).withName(run.name()).get());
    String label = run.isJob() ? "batch.kubernetes.io/job-name" : "kaito.sh/workspace";
    List<Pod> pods =
        cluster
            .client()
            .pods()
            .inNamespace(namespace)
            .withLabel(label, run.name())
            .list()
            .getItems();
    List<Event> events = new ArrayList<>();
    job.ifPresent(each -> events.addAll(events(cluster, namespace, each.getMetadata().getUid())));
    if (!run.isJob()) {
      events.addAll(events(cluster, namespace, run.uid()));
    }
    pods.stream()
        .max(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
        .ifPresent(pod -> events.addAll(events(cluster, namespace, pod.getMetadata().getUid())));
    return new ClusterSnapshot(
        run, job, pods, events, workload(cluster, job), taints(cluster, pods));
  }

  private static List<Event> events(Cluster cluster, String namespace, String uid) {
    return orNone(() ->
            cluster
                .client()
                .v1()
                .events()
                .inNamespace(namespace)
                .withField("involvedObject.uid", uid)
                .list()
                .getItems())
        .orElse(List.of());
  }

  private static Optional<GenericKubernetesResource> workload(Cluster cluster, Optional<Job> job) {
    return job.filter(each -> labels(each).containsKey(QUEUE))
        .flatMap(each ->
            orNone(() ->
                    cluster
                        .client()
                        .genericKubernetesResources(WORKLOADS)
                        .inNamespace(each.getMetadata().getNamespace())
                        .list()
                        .getItems())
                .flatMap(all ->
                    all.stream()
                        .filter(w -> isOwnedBy(w, each.getMetadata().getUid()))
                        .findFirst()));
  }

  private static List<String> taints(Cluster cluster, List<Pod> pods) {
    boolean isSought =
        pods.stream()
            .filter(pod -> pod.getStatus().getConditions() != null)
            .flatMap(pod -> pod.getStatus().getConditions().stream())
            .anyMatch(each ->
                each.getType().equals("PodScheduled")
                    && "False".equals(each.getStatus())
                    && String.valueOf(each.getMessage()).contains("taint"));
    return isSought
        ? orNone(() -> cluster.client().nodes().list().getItems()).orElse(List.of()).stream()
            .map(node -> node.getSpec().getTaints())
            .filter(all -> all != null)
            .flatMap(List::stream)
            .filter(each -> !"PreferNoSchedule".equals(each.getEffect()))
            .map(each ->
                each.getKey()
                    + (each.getValue() == null || each.getValue().isEmpty()
                        ? ""
                        : "=" + each.getValue())
                    + ":"
                    + each.getEffect())
            .distinct()
            .toList()
        : List.of();
  }

  private static boolean isOwnedBy(GenericKubernetesResource object, String uid) {
    return Optional.ofNullable(object.getMetadata().getOwnerReferences()).orElse(List.of()).stream()
        .anyMatch(owner -> uid.equals(owner.getUid()));
  }

  /// What this user may not read, or this cluster does not have, is not there.
  private static <T> Optional<T> orNone(java.util.function.Supplier<T> question) {
    try {
      return Optional.of(question.get());
    } catch (KubernetesClientException e) {
      if (e.getCode() == 403 || e.getCode() == 404) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// The pod that matters: the newest.
  public Optional<Pod> pod() {
    return pods.isEmpty() ? Optional.empty() : Optional.of(pods.getLast());
  }

  Map<String, String> labels() {
    return job.map(ClusterSnapshot::labels).orElse(Map.of());
  }

  boolean isQueued() {
    return labels().containsKey(QUEUE);
  }

  String queue() {
    return labels().getOrDefault(QUEUE, "");
  }

  boolean isSuspended() {
    return job.map(each -> Boolean.TRUE.equals(each.getSpec().getSuspend())).orElse(false);
  }

  private static Map<String, String> labels(Job job) {
    return Optional.ofNullable(job.getMetadata().getLabels()).orElse(Map.of());
  }

  /// Present where the Job has a condition of this type that is true.
  Optional<io.fabric8.kubernetes.api.model.batch.v1.JobCondition> condition(String type) {
    return job
        .map(each -> each.getStatus())
        .map(status -> status.getConditions())
        .orElse(List.of())
        .stream()
        .filter(each -> each.getType().equals(type) && "True".equals(each.getStatus()))
        .findFirst();
  }

  /// The newest event of this reason.
  Optional<Event> event(String reason) {
    return events.stream().filter(each -> reason.equals(each.getReason())).reduce((a, b) -> b);
  }

  static Instant time(Event event) {
    String last =
        Optional.ofNullable(event.getLastTimestamp())
            .or(() -> Optional.ofNullable(event.getEventTime()).map(t -> t.getTime()))
            .orElse(event.getMetadata().getCreationTimestamp());
    return Times.instant(last);
  }

  public Instant created() {
    return Times.instant(run.owner().getMetadata().getCreationTimestamp());
  }
}
