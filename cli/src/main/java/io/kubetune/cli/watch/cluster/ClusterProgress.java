package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.watch.RunProgress;
import io.kubetune.contract.EventLine;
import java.util.Optional;

/// How far a run in the cluster is, from the first and the last lines of its trainer's log: a long
/// one is not read whole.
///
/// ```
/// RunProgress progress = ClusterProgress.read(cluster, snapshot);
/// ```
public final class ClusterProgress {
  private static final int HEAD_BYTES = 16 << 10;

  /// Enough for a curve of the loss as wide as a screen.
  private static final int TAIL_LINES = 500;

  private ClusterProgress() {}

  public static RunProgress read(Cluster cluster, ClusterSnapshot run) {
    RunProgress progress = new RunProgress();
    Optional<Pod> pod = run.pod();
    boolean hasLog =
        pod.flatMap(each -> ContainerState.of(each, ClusterState.TRAINER))
            .filter(state -> !(state instanceof ContainerState.Waiting))
            .isPresent();
    if (hasLog) {
      try {
        var log =
            cluster
                .client()
                .pods()
                .inNamespace(run.run().namespace())
                .withName(pod.get().getMetadata().getName())
                .inContainer(ClusterState.TRAINER);
        accept(log.limitBytes(HEAD_BYTES).getLog(), progress);
        accept(log.tailingLines(TAIL_LINES).getLog(), progress);
      } catch (KubernetesClientException e) {
        // The pod or its node is gone, or this user may read no logs: the state is known all the
        // same.
      }
    }
    return progress;
  }

  private static void accept(String text, RunProgress progress) {
    text.lines()
        .flatMap(line -> EventLine.read(line).stream())
        .forEach(timed -> progress.accept(timed.event()));
  }
}
