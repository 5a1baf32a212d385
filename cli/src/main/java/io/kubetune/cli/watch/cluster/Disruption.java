package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.kubetune.cli.watch.cluster.Explanation.Cause;
import java.util.List;
import java.util.Optional;

/// That the cluster took a pod's place away, and not the run's own fault: an eviction, a drain, a
/// node that is gone. The API's condition `DisruptionTarget`, which Jobs go by as well.
///
/// ```
/// Disruption.of(pod).map(Disruption::explanation)
/// ```
///
/// @param nodeIsGone the node, and not somebody's wish
record Disruption(boolean nodeIsGone, String message) {
  private static final List<String> OF_NODES = List.of("DeletionByTaintManager", "DeletionByPodGC");

  static Optional<Disruption> of(Pod pod) {
    return Optional.ofNullable(pod.getStatus().getConditions()).orElse(List.of()).stream()
        .filter(
            each -> each.getType().equals("DisruptionTarget") && "True".equals(each.getStatus()))
        .map(Disruption::of)
        .findFirst();
  }

  private static Disruption of(PodCondition condition) {
    String message = Optional.ofNullable(condition.getMessage()).orElse(condition.getReason());
    return new Disruption(OF_NODES.contains(condition.getReason()), message);
  }

  Explanation explanation() {
    return new Explanation(
        nodeIsGone ? Cause.NODE_GONE : Cause.EVICTED,
        (nodeIsGone ? "the pod's node is gone: " : "the pod was moved: ") + message,
        "a new pod starts by itself; --checkpoint-claim lets it go on where it was");
  }
}
