package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.watch.Narrator;
import io.kubetune.cli.watch.cluster.PodLog.Source;
import java.util.List;

/// What a run in the cluster has written by now.
///
/// ```
/// new PastLogs(cluster, found, LogStart.ALL).tell(narrator);
/// ```
public record PastLogs(Cluster cluster, ClusterRuns.Found run, LogStart from) {

  /// What its pods wrote, the oldest first.
  public void tell(Narrator narrator) {
    ClusterSnapshot seen = read();
    RunLines told = new RunLines(run);
    seen.pods().forEach(pod -> tell(pod, false, told, narrator));
    narrator.caughtUp();
    if (seen.pods().stream().allMatch(PastLogs::wroteNothing)) {
      tellWhyNothing(seen, told, narrator);
    }
  }

  /// What was written before what runs now: by pods that were replaced, and by containers that were
  /// restarted.
  public void tellPrevious(Narrator narrator) {
    List<Pod> pods = read().pods();
    RunLines told = new RunLines(run);
    for (Pod pod : pods) {
      tell(pod, true, told, narrator);
      if (pod != pods.getLast()) {
        tell(pod, false, told, narrator);
      }
    }
    narrator.caughtUp();
  }

  private ClusterSnapshot read() {
    return cluster.ask(attempted(), () -> ClusterSnapshot.read(cluster, run));
  }

  private String attempted() {
    return "can't read the logs of the run '" + run.name() + "'";
  }

  private void tell(Pod pod, boolean previous, RunLines told, Narrator narrator) {
    for (ContainerState each : ContainerState.all(pod)) {
      if (previous || !(each instanceof ContainerState.Waiting)) {
        Source source = new Source(run.namespace(), pod.getMetadata().getName(), each.container());
        cluster.tell(
            attempted(),
            () ->
                StoredLog.read(cluster, source, from, previous, line -> told.tell(line, narrator)));
      }
    }
  }

  private static boolean wroteNothing(Pod pod) {
    return ContainerState.all(pod).stream().allMatch(ContainerState.Waiting.class::isInstance);
  }

  private static void tellWhyNothing(ClusterSnapshot seen, RunLines told, Narrator narrator) {
    RunState state = ClusterState.of(seen);
    narrator.say("no logs yet: the run is " + state.phase());
    Explanations.of(seen, state, told.progress()).forEach(why -> narrator.say(why.toString()));
  }
}
