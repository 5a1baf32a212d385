package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import io.kubetune.cli.watch.Narrator;
import io.kubetune.cli.watch.Stage;
import io.kubetune.cli.watch.cluster.PodLog.Line;
import io.kubetune.cli.watch.cluster.PodLog.Source;
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
  private static final long POLL_MILLIS = 100;

  private static final Duration SILENCE_TO_TELL = Duration.ofSeconds(10);

  /// Shorter than that is no reason to open logs anew.
  private static final Duration SILENCE_TO_DOUBT = Duration.ofSeconds(5);

  /// Of a run that is over: what its containers still write as they are stopped comes within this
  /// time, or never, as where their node is gone.
  private static final Duration LONGEST_REST = Duration.ofSeconds(60);

  private static final int LINES_IN_FLIGHT = 256;

  private final Cluster cluster;
  private final ClusterRuns.Found run;
  private final LogStart from;
  private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(LINES_IN_FLIGHT);
  private final Map<Source, PodLog> logs = new LinkedHashMap<>();
  private final RunLines told;
  private volatile ClusterSnapshot latest;
  private List<Explanation> explained = List.of();
  private Instant lastLine = Instant.now();
  private boolean caughtUp;
  private Duration away = Duration.ZERO;
  private boolean toldAway;

  public ClusterFollow(Cluster cluster, ClusterRuns.Found run, LogStart from) {
    this.cluster = cluster;
    this.run = run;
    this.from = from;
    this.told = new RunLines(run);
  }

  /// Tells everything until the run is over or nobody listens any more.
  ///
  /// @return where the run stood last
  public RunState until(Narrator narrator) throws InterruptedException {
    latest =
        cluster.ask(
            "can't follow the run '" + run.name() + "'", () -> ClusterSnapshot.read(cluster, run));
    try (Looks looks = Looks.start(cluster, run)) {
      RunState state = ClusterState.of(latest);
      while (true) {
        Line line = lines.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (line != null) {
          lastLine = Instant.now();
          told.tell(line, narrator);
          if (!lines.isEmpty()) {
            continue;
          }
        }
        boolean allIsRead = openLogs(narrator);
        if (line == null && !caughtUp && logs.values().stream().allMatch(PodLog::hasNothingNow)) {
          narrator.caughtUp();
          caughtUp = true;
          explain(state, narrator);
        }
        boolean noneComes = allIsRead || isTooLate(state);
        if (state.phase().isOver() && line == null && noneComes && lines.isEmpty()) {
          narrator.end(state, told.progress(), state.finished().orElse(Instant.now()));
          return state;
        }
        if (narrator.isUnheard()) {
          return state;
        }
        tellSilence(looks.away(), narrator);
        Optional<ClusterSnapshot> seen = looks.fresh();
        if (seen.isPresent()) {
          latest = seen.get();
          state = ClusterState.of(latest);
          explain(state, narrator);
        }
      }
    }
  }

  /// In the order in which they were written: what comes after a container that has ended is opened
  /// when its log was read.
  ///
  /// @return whether there is nothing left to read
  private boolean openLogs(Narrator narrator) {
    boolean allIsRead = true;
    for (Pod pod : latest.pods()) {
      for (ContainerState each : ContainerState.all(pod)) {
        if (each instanceof ContainerState.Waiting) {
          continue;
        }
        String name = pod.getMetadata().getName();
        PodLog log =
            logs.computeIfAbsent(
                new Source(run.namespace(), name, each.container()), this::started);
        if (!log.isDone()) {
          if (each instanceof ContainerState.Terminated) {
            return false;
          }
          allIsRead = false;
        }
        log.takeLost()
            .ifPresent(why ->
                narrator.say(
                    "the end of the log of %s/%s can't be read: %s"
                        .formatted(name, each.container(), why)));
      }
    }
    return allIsRead;
  }

  private PodLog started(Source source) {
    PodLog log = new PodLog(cluster, source, from, lines, () -> hasEnded(source));
    Thread.ofVirtual().name("log-" + source.pod() + "-" + source.container()).start(log);
    return log;
  }

  private boolean isTooLate(RunState state) {
    Instant now = Instant.now();
    boolean longOver =
        state.finished().map(end -> end.plus(LONGEST_REST)).filter(now::isAfter).isPresent();
    return longOver
        && away.compareTo(SILENCE_TO_DOUBT) < 0
        && lastLine.plus(LONGEST_REST).isBefore(now);
  }

  private void tellSilence(Duration silence, Narrator narrator) {
    if (silence.compareTo(SILENCE_TO_TELL) >= 0 && !toldAway) {
      narrator.say(
          "the API server has not answered for %d s; trying again, the run goes on"
              .formatted(silence.toSeconds()));
      toldAway = true;
    }
    boolean isBack = silence.compareTo(away) < 0;
    if (isBack && away.compareTo(SILENCE_TO_DOUBT) >= 0) {
      logs.values().forEach(PodLog::doubt);
      if (toldAway) {
        narrator.say("the API server answers again");
        toldAway = false;
      }
    }
    away = silence;
  }

  /// The stage, and reasons that are new.
  private void explain(RunState state, Narrator narrator) {
    if (!caughtUp || state.phase().isOver()) {
      return;
    }
    told.enter(stage(state), Instant.now(), narrator);
    List<Explanation> now = Explanations.of(latest, state, told.progress());
    for (Explanation each : now) {
      if (explained.stream().noneMatch(old -> old.words().equals(each.words()))) {
        narrator.say(each.toString());
      }
    }
    explained = now;
  }

  private Stage stage(RunState state) {
    boolean isNew =
        state.phase() == RunState.Phase.RUNNING
            && run.isJob()
            && !latest.pod().map(pod -> told.hasStarted(pod.getMetadata().getName())).orElse(true);
    return isNew ? Stage.LOADING : ClusterStage.of(latest, state, told.progress());
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
