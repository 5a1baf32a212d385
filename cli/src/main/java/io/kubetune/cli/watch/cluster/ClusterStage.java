package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.watch.RunProgress;
import io.kubetune.cli.watch.Stage;
import java.util.Optional;

/// What a run in the cluster is doing, in the order that pods do it.
///
/// ```
/// Stage stage = ClusterStage.of(snapshot, state, progress);
/// ```
final class ClusterStage {
  private ClusterStage() {}

  static Stage of(ClusterSnapshot run, RunState state, RunProgress progress) {
    return switch (state.phase()) {
      case RUNNING, PUBLISHING, SUCCEEDED, FAILED, STOPPED -> Stage.of(state, progress);
      case PENDING -> run.pod().map(ClusterStage::pending).orElse(Stage.SCHEDULING);
    };
  }

  private static Stage pending(Pod pod) {
    boolean scheduled =
        Optional.ofNullable(pod.getStatus().getConditions())
            .flatMap(all ->
                all.stream().filter(each -> each.getType().equals("PodScheduled")).findFirst())
            .map(PodCondition::getStatus)
            .filter("True"::equals)
            .isPresent();
    if (!scheduled) {
      return Stage.SCHEDULING;
    }
    return ContainerState.of(pod, ClusterState.DOWNLOADER)
        .map(each ->
            switch (each) {
              case ContainerState.Waiting _ -> Stage.PULLING;
              case ContainerState.Running _ -> Stage.DOWNLOADING;
              // The image of the trainer comes next.
              case ContainerState.Terminated _ -> Stage.PULLING;
            })
        .orElse(Stage.PULLING);
  }
}
