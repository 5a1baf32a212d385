package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.watch.RunProgress;
import io.kubetune.cli.watch.cluster.ContainerState.Terminated;
import io.kubetune.cli.watch.cluster.Explanation.Cause;
import io.kubetune.contract.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Everything about a run that a person would ask "why" about.
///
/// ```
/// Explanations.of(snapshot, ClusterState.of(snapshot), progress)
/// ```
public final class Explanations {
  /// Fewer steps say nothing about the pace.
  private static final int STEPS_FOR_A_PACE = 20;

  private Explanations() {}

  public static List<Explanation> of(ClusterSnapshot run, RunState state, RunProgress progress) {
    return switch (state.phase()) {
      case PENDING -> concat(earlier(run), PendingReasons.of(run));
      case RUNNING -> concat(earlier(run), slow(run, progress));
      case FAILED -> FailureReasons.of(run);
      case PUBLISHING, SUCCEEDED, STOPPED -> List.of();
    };
  }

  private static List<Explanation> concat(List<Explanation> first, List<Explanation> second) {
    List<Explanation> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  /// A pod before this one ended, and the Job tries again.
  private static List<Explanation> earlier(ClusterSnapshot run) {
    if (run.pods().size() < 2) {
      return List.of();
    }
    Pod before = run.pods().get(run.pods().size() - 2);
    Optional<String> why =
        ContainerState.all(before).stream()
            .filter(Terminated.class::isInstance)
            .map(Terminated.class::cast)
            .filter(each -> each.exitCode() != 0)
            .map(Explanations::brief)
            .findFirst()
            .or(() -> Disruption.of(before).map(Disruption::message));
    return why.map(text ->
            List.of(
                new Explanation(
                    Cause.RETRIES,
                    "pod " + run.pods().size() + ": the one before ended: " + text,
                    "")))
        .orElse(List.of());
  }

  private static String brief(Terminated end) {
    return end.container()
        + " "
        + ClusterState.failedEvent(end)
            .map(Event.Failed::message)
            .orElse(
                end.reason().equals("OOMKilled")
                    ? "was OOM-killed"
                    : "ended with exit code " + end.exitCode());
  }

  /// Without a metrics server the trainer's own events are all that is known.
  private static List<Explanation> slow(ClusterSnapshot run, RunProgress progress) {
    List<Explanation> all = new ArrayList<>();
    Optional<Event.Started> started = progress.started();
    if (started.isPresent() && started.get().device().equals("cpu") && asksForGpu(run)) {
      all.add(
          new Explanation(
              Cause.SLOW,
              "slow: the pod holds a GPU and trains on the CPU",
              "a trainer image with CUDA by --trainer-image, or --gpus 0"));
    }
    Optional<Integer> cpus = cpuLimit(run);
    if (started.isPresent()
        && started.get().device().equals("cpu")
        && cpus.filter(limit -> limit < started.get().threads()).isPresent()) {
      all.add(
          new Explanation(
              Cause.SLOW,
              "slow: "
                  + started.get().threads()
                  + " threads share a limit of "
                  + cpus.get()
                  + " CPUs and are throttled",
              "leave OMP_NUM_THREADS out of --env, or give a larger --cpu"));
    }
    double latest = progress.step().map(Event.Step::tokensPerSecond).orElse(0.0);
    int steps = progress.step().map(Event.Step::step).orElse(0);
    if (steps >= STEPS_FOR_A_PACE && latest > 0 && latest < progress.bestTokensPerSecond() / 4) {
      all.add(
          new Explanation(
              Cause.SLOW,
              "slow: %,d tokens/s now, %,d at best: something else takes the node's CPU"
                  .formatted(Math.round(latest), Math.round(progress.bestTokensPerSecond())),
              "give it a node of its own by --node-selector; who is busy:\n  kubectl top node"));
    }
    return all;
  }

  private static boolean asksForGpu(ClusterSnapshot run) {
    return trainerLimits(run).keySet().stream().anyMatch(name -> name.contains("/"));
  }

  private static Optional<Integer> cpuLimit(ClusterSnapshot run) {
    return Optional.ofNullable(trainerLimits(run).get("cpu"))
        .map(quantity -> (int) Math.ceil(quantity.getNumericalAmount().doubleValue()));
  }

  private static java.util.Map<String, io.fabric8.kubernetes.api.model.Quantity> trainerLimits(
      ClusterSnapshot run) {
    return run
        .job()
        .map(job -> job.getSpec().getTemplate().getSpec().getContainers())
        .orElse(List.of())
        .stream()
        .filter(each -> each.getName().equals(ClusterState.TRAINER))
        .map(each -> each.getResources().getLimits())
        .filter(java.util.Objects::nonNull)
        .findFirst()
        .orElse(java.util.Map.of());
  }
}
