package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.kubetune.cli.submit.cluster.Marks;
import io.kubetune.cli.watch.cluster.Explanation.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Why a run in the cluster does not train yet: pure, from one look at it.
///
/// ```
/// PendingReasons.of(snapshot).forEach(out::println);
/// ```
final class PendingReasons {
  private final ClusterSnapshot run;
  private final List<Explanation> found = new ArrayList<>();

  private PendingReasons(ClusterSnapshot run) {
    this.run = run;
  }

  static List<Explanation> of(ClusterSnapshot run) {
    PendingReasons reasons = new PendingReasons(run);
    reasons.look();
    return List.copyOf(reasons.found);
  }

  private void look() {
    if (run.run().annotation(Marks.CREATING).isPresent()) {
      add(
          Cause.UNFINISHED_CREATE,
          "pending: its create did not finish",
          "run the same kubectl tune create again, or remove it:\n  kubectl tune delete " + name());
      return;
    }
    if (run.isSuspended() && run.isQueued()) {
      queue();
      return;
    }
    Optional<Pod> pod = run.pod();
    if (pod.isEmpty()) {
      run.event("FailedCreate").ifPresent(this::refused);
      return;
    }
    Optional<Disruption> disruption = Disruption.of(pod.get());
    if (disruption.isPresent()) {
      found.add(disruption.get().explanation());
      return;
    }
    Optional<PodCondition> unscheduled =
        pod.get().getStatus().getConditions().stream()
            .filter(
                each -> each.getType().equals("PodScheduled") && "False".equals(each.getStatus()))
            .findFirst();
    if (unscheduled.isPresent()) {
      found.addAll(
          SchedulerVerdict.explain(
              Optional.ofNullable(unscheduled.get().getMessage()).orElse(""),
              run.run(),
              run.taints()));
      return;
    }
    ContainerState.all(pod.get()).stream()
        .filter(ContainerState.Waiting.class::isInstance)
        .map(ContainerState.Waiting.class::cast)
        .findFirst()
        .ifPresent(this::waiting);
  }

  private void queue() {
    Optional<GenericKubernetesResource> workload = run.workload();
    if (workload.isEmpty()) {
      add(
          Cause.QUEUE,
          "pending: Kueue has not taken it up (queue '" + run.queue() + "')",
          "is Kueue installed, and is there a LocalQueue of that name?\n  kubectl get localqueues -n "
              + namespace());
      return;
    }
    String why = "";
    if (workload.get().getAdditionalProperties().get("status") instanceof Map<?, ?> status
        && status.get("conditions") instanceof List<?> conditions) {
      for (Object each : conditions) {
        if (each instanceof Map<?, ?> condition && "False".equals(condition.get("status"))) {
          why = String.valueOf(condition.get("message"));
        }
      }
    }
    add(
        Cause.QUEUE,
        "pending: waits in Kueue's queue '" + run.queue() + "'" + (why.isEmpty() ? "" : ": " + why),
        "kubectl describe workload "
            + workload.get().getMetadata().getName()
            + " -n "
            + namespace());
  }

  /// The Job controller could not make the pod.
  private void refused(Event event) {
    String message = Optional.ofNullable(event.getMessage()).orElse("");
    String why =
        message
            .replaceAll("^Error creating: ", "")
            .replaceAll("^pods \"[^\"]*\" is forbidden: ", "");
    if (message.contains("exceeded quota")) {
      add(
          Cause.QUOTA,
          "pending: " + why,
          "a smaller --cpu, --memory or --gpus may fit; what is in use:\n  kubectl describe quota -n "
              + namespace());
    } else if (message.contains("violates PodSecurity")) {
      add(
          Cause.POD_REFUSED,
          "pending: the namespace's Pod Security level refuses the pod: " + why,
          "take out what asks for more, or use another namespace");
    } else if (message.contains("serviceaccount") && message.contains("not found")) {
      add(
          Cause.SERVICE_ACCOUNT,
          "pending: " + why,
          "name another --service-account, or make it:\n  kubectl create serviceaccount NAME -n "
              + namespace());
    } else {
      add(
          Cause.POD_REFUSED,
          "pending: the pod is refused: " + why,
          "kubectl tune status " + name());
    }
  }

  private void waiting(ContainerState.Waiting waiting) {
    switch (waiting.reason()) {
      case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull" ->
          image(waiting);
      case "CreateContainerConfigError", "CreateContainerError" ->
          add(
              Cause.MISSING_OBJECT,
              "pending: " + waiting.container() + " can't start: " + waiting.message(),
              "make what is missing; the pod goes on by itself");
      case "CrashLoopBackOff", "RunContainerError" ->
          add(
              Cause.NOT_STARTED,
              "pending: " + waiting.container() + " does not start: " + waiting.message(),
              "kubectl tune logs " + name() + " --raw");
      default ->
          run.event("FailedMount")
              .or(() -> run.event("FailedAttachVolume"))
              .or(() -> run.event("FailedCreatePodSandBox"))
              .ifPresent(event ->
                  add(
                      Cause.VOLUME,
                      "pending: a volume can't be mounted: " + event.getMessage(),
                      "make what is missing; the pod goes on by itself"));
    }
  }

  /// The registry's own answer is in the kubelet's event.
  private void image(ContainerState.Waiting waiting) {
    String answer =
        run.events().stream()
            .filter(each -> "Failed".equals(each.getReason()))
            .map(Event::getMessage)
            .filter(each -> each != null && each.startsWith("Failed to pull image"))
            .reduce((before, after) -> after)
            .orElse(waiting.message());
    // containerd says the same three times before it comes to the point.
    String brief =
        answer
            .replaceAll("rpc error: code = \\w+ desc = ", "")
            .replaceAll(
                "(?i)failed to (pull image|pull and unpack image|resolve reference) \"[^\"]*\": ",
                "")
            .strip();
    boolean denied =
        answer.contains("401")
            || answer.contains("403")
            || answer.toLowerCase(java.util.Locale.ROOT).contains("unauthorized")
            || answer.contains("authorization failed");
    add(
        Cause.IMAGE,
        "pending: the image of " + waiting.container() + " can't be pulled: " + brief,
        denied
            ? "--image-pull-secret SECRET with credentials for this registry"
            : "push it with scripts/build-images, or name it by --trainer-image and --cli-image");
  }

  private void add(Cause cause, String words, String remedy) {
    found.add(new Explanation(cause, words, remedy));
  }

  private String name() {
    return run.run().typed();
  }

  private String namespace() {
    return run.run().namespace();
  }
}
