package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.submit.cluster.Patience;
import io.kubetune.cli.watch.Narrator;
import io.kubetune.cli.watch.Stage;
import io.kubetune.cli.watch.cluster.PodLog.Line;
import io.kubetune.cli.watch.cluster.PodLog.Source;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// Follows a run in the cluster until it is over: its pods and those that replace them, their lines
/// each once, whatever breaks on the way.
///
/// ```
/// RunState end = new ClusterFollow(cluster, found, LogStart.ALL).until(narrator);
/// ```
public final class ClusterFollow {
  /// What people take for at once; lines arrive by themselves, this is for the pods' states.
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1000);

  private static final Duration SILENCE_TO_TELL = Duration.ofSeconds(5);
  private static final int LINES_IN_FLIGHT = 1024;

  private final Cluster cluster;
  private final ClusterRuns.Found run;
  private final LogStart from;
  private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(LINES_IN_FLIGHT);
  private final Map<Source, PodLog> logs = new LinkedHashMap<>();
  private final RunLines told;
  private volatile ClusterSnapshot latest;
  private List<Explanation> explained = List.of();
  private Optional<Instant> awaySince = Optional.empty();
  private boolean toldAway;

  public ClusterFollow(Cluster cluster, ClusterRuns.Found run, LogStart from) {
    this.cluster = cluster;
    this.run = run;
    this.from = from;
    this.told = new RunLines(run);
  }

  /// Tells what there is so far, and comes back.
  ///
  /// @param previous of containers that were restarted: what they wrote before
  public RunState once(Narrator narrator, boolean previous) {
    String attempted = "can't read the logs of the run '" + run.name() + "'";
    latest = cluster.ask(attempted, () -> ClusterSnapshot.read(cluster, run));
    for (Pod pod : latest.pods()) {
      for (ContainerState each : ContainerState.all(pod)) {
        if (!(each instanceof ContainerState.Waiting)) {
          Source source =
              new Source(run.namespace(), pod.getMetadata().getName(), each.container());
          cluster.tell(
              attempted,
              () ->
                  StoredLog.read(
                      cluster, source, from, previous, line -> told.tell(line, narrator)));
        }
      }
    }
    narrator.caughtUp();
    return ClusterState.of(latest);
  }

  /// Tells everything until the run is over or nobody listens any more.
  ///
  /// @return where the run stood last
  public RunState until(Narrator narrator) throws InterruptedException {
    latest =
        cluster.ask(
            "can't follow the run '" + run.name() + "'", () -> ClusterSnapshot.read(cluster, run));
    RunState state = look(narrator);
    Instant nextLook = Instant.now().plus(BETWEEN_LOOKS);
    boolean caughtUp = false;
    while (true) {
      Line line = lines.poll(100, TimeUnit.MILLISECONDS);
      if (line != null) {
        told.tell(line, narrator);
        if (!lines.isEmpty()) {
          continue;
        }
      }
      if (!caughtUp) {
        narrator.caughtUp();
        caughtUp = true;
      }
      boolean isDrained = line == null && logs.values().stream().allMatch(PodLog::isDone);
      if (state.phase().isOver() && isDrained && lines.isEmpty()) {
        narrator.end(state, told.progress(), state.finished().orElse(Instant.now()));
        return state;
      }
      if (narrator.isUnheard()) {
        return state;
      }
      if (!Instant.now().isBefore(nextLook)) {
        state = refresh(state, narrator);
        nextLook = Instant.now().plus(BETWEEN_LOOKS);
      }
    }
  }

  private RunState refresh(RunState before, Narrator narrator) {
    try {
      ClusterRuns.Found current =
          new ClusterRuns(cluster)
              .read(run)
              .orElseThrow(() ->
                  new TuneException(
                      ExitCode.NOT_FOUND,
                      "stopped following the run '" + run.name() + "'",
                      run.reference(),
                      "it was deleted",
                      ""));
      latest = ClusterSnapshot.read(cluster, current);
      if (toldAway) {
        narrator.say("the API server answers again");
      }
      awaySince = Optional.empty();
      toldAway = false;
      return look(narrator);
    } catch (KubernetesClientException e) {
      if (!Patience.isPassing(e)) {
        throw cluster.told("can't follow the run '" + run.name() + "'", e);
      }
      Instant since = awaySince.orElseGet(Instant::now);
      awaySince = Optional.of(since);
      if (!toldAway && Duration.between(since, Instant.now()).compareTo(SILENCE_TO_TELL) >= 0) {
        narrator.say("the API server does not answer; trying again, the run goes on");
        toldAway = true;
      }
      return before;
    }
  }

  /// What the objects say: the stage, reasons that are new, and logs that can be read by now.
  private RunState look(Narrator narrator) {
    RunState state = ClusterState.of(latest);
    for (Pod pod : latest.pods()) {
      for (ContainerState each : ContainerState.all(pod)) {
        if (!(each instanceof ContainerState.Waiting)) {
          open(pod, each.container());
        }
      }
    }
    if (!state.phase().isOver()) {
      told.enter(stage(state), Instant.now(), narrator);
    }
    List<Explanation> now = Explanations.of(latest, state, told.progress());
    for (Explanation each : now) {
      boolean known = explained.stream().anyMatch(old -> old.words().equals(each.words()));
      if (!known && !state.phase().isOver()) {
        narrator.say(each.toString());
      }
    }
    explained = now;
    return state;
  }

  private Stage stage(RunState state) {
    boolean isNew =
        state.phase() == RunState.Phase.RUNNING
            && run.isJob()
            && !latest.pod().map(pod -> told.hasStarted(pod.getMetadata().getName())).orElse(true);
    return isNew ? Stage.LOADING : ClusterStage.of(latest, state, told.progress());
  }

  private void open(Pod pod, String container) {
    Source source = new Source(run.namespace(), pod.getMetadata().getName(), container);
    if (logs.containsKey(source)) {
      return;
    }
    PodLog log = new PodLog(cluster, source, from, lines, () -> hasEnded(source));
    logs.put(source, log);
    Thread.ofVirtual().name("log-" + source.pod() + "-" + container).start(log);
  }

  private boolean hasEnded(Source source) {
    Optional<Pod> pod =
        latest.pods().stream()
            .filter(each -> each.getMetadata().getName().equals(source.pod()))
            .findFirst();
    return pod.flatMap(each -> ContainerState.of(each, source.container()))
        .map(each -> each instanceof ContainerState.Terminated)
        .orElse(true);
  }
}
