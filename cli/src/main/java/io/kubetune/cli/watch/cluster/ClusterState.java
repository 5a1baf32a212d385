package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.kubetune.cli.submit.Outcome;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.RunState.Phase;
import io.kubetune.cli.submit.cluster.Marks;
import io.kubetune.contract.Event;
import io.kubetune.contract.ExitCode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where a run in the cluster stands, from one look at it.
///
/// ```
/// RunState state = ClusterState.of(snapshot);
/// ```
public final class ClusterState {
  static final String DOWNLOADER = "data-downloader";
  static final String TRAINER = "trainer";
  static final String PUBLISHER = "publisher";

  private static final String OUTPUT = "tune.kubetune.io/output";

  private ClusterState() {}

  public static RunState of(ClusterSnapshot run) {
    return run.run().isJob() ? ofJob(run) : ofWorkspace(run);
  }

  private static RunState ofJob(ClusterSnapshot run) {
    Optional<JobCondition> complete =
        run.condition("Complete").or(() -> run.condition("SuccessCriteriaMet"));
    if (complete.isPresent()) {
      return new RunState(
          Phase.SUCCEEDED,
          ExitCode.OK,
          "",
          "",
          Optional.of(Times.instant(complete.get().getLastTransitionTime())),
          image(run));
    }
    Optional<JobCondition> failed =
        run.condition("Failed").or(() -> run.condition("FailureTarget"));
    if (failed.isPresent()) {
      return failed(run, failed.get());
    }
    if (run.isSuspended()) {
      return suspended(run);
    }
    return new RunState(going(run.pod()), ExitCode.OK, "", "", Optional.empty(), Optional.empty());
  }

  private static RunState suspended(ClusterSnapshot run) {
    if (run.run().annotation(Marks.CANCELLED).isPresent()) {
      return new RunState(
          Phase.STOPPED,
          ExitCode.RESUME_ME,
          "cancelled",
          "kubectl tune resume " + run.run().typed(),
          Optional.empty(),
          Optional.empty());
    }
    return new RunState(Phase.PENDING, ExitCode.OK, "", "", Optional.empty(), Optional.empty());
  }

  private static RunState failed(ClusterSnapshot run, JobCondition condition) {
    Explanation why =
        FailureReasons.of(run).stream()
            .findFirst()
            .orElseGet(() ->
                new Explanation(
                    Explanation.Cause.FAILED,
                    Optional.ofNullable(condition.getMessage()).orElse("the Job failed"),
                    "kubectl tune logs " + run.run().typed()));
    return new RunState(
        Phase.FAILED,
        FailureReasons.code(run),
        why.words(),
        why.remedy(),
        Optional.of(Times.instant(condition.getLastTransitionTime())),
        Optional.empty());
  }

  /// What its newest pod is doing.
  static Phase going(Optional<Pod> pod) {
    Optional<ContainerState> trainer = pod.flatMap(each -> ContainerState.of(each, TRAINER));
    Optional<ContainerState> publisher = pod.flatMap(each -> ContainerState.of(each, PUBLISHER));
    boolean trained =
        trainer.orElse(null) instanceof ContainerState.Terminated end && end.exitCode() == 0;
    boolean publishes =
        publisher.filter(each -> !(each instanceof ContainerState.Waiting)).isPresent();
    if (trained && publishes) {
      // Until the Job says how it ended: there is nothing to do after it.
      return Phase.PUBLISHING;
    }
    return trained || trainer.orElse(null) instanceof ContainerState.Running
        ? Phase.RUNNING
        : Phase.PENDING;
  }

  /// The adapter's image: the publisher's last words, which have the digest.
  static Optional<Outcome.Image> image(ClusterSnapshot run) {
    return published(run)
        .flatMap(LastWords.Published::image)
        .or(() ->
            run.run()
                .annotation(OUTPUT)
                .filter(text -> !text.startsWith("pvc://") && !text.startsWith("volume "))
                .map(text -> new Outcome.Image(text, "")));
  }

  static Optional<LastWords.Published> published(ClusterSnapshot run) {
    return run.pods().reversed().stream()
        .flatMap(pod -> ContainerState.of(pod, PUBLISHER).stream())
        .filter(ContainerState.Terminated.class::isInstance)
        .flatMap(each -> LastWords.published(((ContainerState.Terminated) each).message()).stream())
        .findFirst();
  }

  /// KAITO's own words, and where it says nothing yet those of its Job.
  private static RunState ofWorkspace(ClusterSnapshot run) {
    Object status = run.run().owner().getAdditionalProperties().get("status");
    String state =
        status instanceof Map<?, ?> map && map.get("state") instanceof String text ? text : "";
    Optional<Map<?, ?>> verdict = condition(status, "WorkspaceSucceeded");
    boolean succeeded =
        state.equals("Succeeded")
            || verdict.filter(each -> "True".equals(each.get("status"))).isPresent()
            || run.condition("Complete").isPresent();
    if (succeeded) {
      return new RunState(
          Phase.SUCCEEDED, ExitCode.OK, "", "", finished(verdict), workspaceImage(run));
    }
    if (state.equals("Failed") || run.condition("Failed").isPresent()) {
      Optional<Explanation> why = FailureReasons.of(run).stream().findFirst();
      String message =
          why.map(Explanation::words)
              .or(() -> verdict.map(each -> String.valueOf(each.get("message"))))
              .orElse("KAITO says that it failed");
      return new RunState(
          Phase.FAILED,
          FailureReasons.code(run),
          message,
          why.map(Explanation::remedy).orElse("kubectl describe workspace " + run.run().typed()),
          finished(verdict),
          Optional.empty());
    }
    Phase phase =
        run.pod()
                .flatMap(pod -> kaitoTrainer(run, pod))
                .filter(ContainerState.Running.class::isInstance)
                .isPresent()
            ? Phase.RUNNING
            : Phase.PENDING;
    return new RunState(phase, ExitCode.OK, "", "", Optional.empty(), Optional.empty());
  }

  /// KAITO names the container that trains after the workspace.
  static Optional<ContainerState> kaitoTrainer(ClusterSnapshot run, Pod pod) {
    return ContainerState.of(pod, run.run().name());
  }

  private static Optional<Instant> finished(Optional<Map<?, ?>> condition) {
    return condition
        .map(each -> each.get("lastTransitionTime"))
        .map(each -> Times.instant(String.valueOf(each)));
  }

  private static Optional<Map<?, ?>> condition(Object status, String type) {
    if (status instanceof Map<?, ?> map && map.get("conditions") instanceof List<?> all) {
      for (Object each : all) {
        if (each instanceof Map<?, ?> condition && type.equals(condition.get("type"))) {
          return Optional.of(condition);
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Outcome.Image> workspaceImage(ClusterSnapshot run) {
    Object tuning = run.run().owner().getAdditionalProperties().get("tuning");
    return tuning instanceof Map<?, ?> map
            && map.get("output") instanceof Map<?, ?> output
            && output.get("image") instanceof String image
        ? Optional.of(new Outcome.Image(image, ""))
        : Optional.empty();
  }

  /// The failed event of a container that ended badly, where it left one.
  static Optional<Event.Failed> failedEvent(ContainerState.Terminated end) {
    return LastWords.failed(end.message());
  }
}
