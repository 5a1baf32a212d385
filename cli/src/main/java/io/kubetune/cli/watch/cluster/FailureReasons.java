package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.kubetune.cli.watch.cluster.ContainerState.Terminated;
import io.kubetune.cli.watch.cluster.Explanation.Cause;
import io.kubetune.contract.Event;
import io.kubetune.contract.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Why a run in the cluster failed: pure, from one look at it.
///
/// ```
/// FailureReasons.of(snapshot).getFirst().words()
/// ```
final class FailureReasons {
  private static final int SIGKILL_STATUS = 137;
  private static final int LAST_LINES = 3;

  private final ClusterSnapshot run;
  private final List<Explanation> found = new ArrayList<>();

  private FailureReasons(ClusterSnapshot run) {
    this.run = run;
  }

  /// The best explanation first.
  static List<Explanation> of(ClusterSnapshot run) {
    FailureReasons reasons = new FailureReasons(run);
    reasons.look();
    return List.copyOf(reasons.found);
  }

  /// The code that following the run ends with.
  static ExitCode code(ClusterSnapshot run) {
    Optional<JobCondition> failed =
        run.condition("Failed").or(() -> run.condition("FailureTarget"));
    if (failed.map(JobCondition::getReason).filter("DeadlineExceeded"::equals).isPresent()) {
      return ExitCode.TIMEOUT;
    }
    return culprit(run)
        .map(end -> {
          if (end.reason().equals("OOMKilled")) {
            return ExitCode.OUT_OF_MEMORY;
          }
          return ClusterState.failedEvent(end)
              .map(event -> ExitCode.of(event.exitCode()))
              .orElse(end.exitCode() > 128 ? ExitCode.KILLED : ExitCode.of(end.exitCode()));
        })
        .filter(code -> code != ExitCode.OK)
        .orElse(ExitCode.FAILED);
  }

  /// The container that failed first: the publisher's "there is no adapter" follows from the
  /// trainer's end.
  private static Optional<Terminated> culprit(ClusterSnapshot run) {
    return run.pods().reversed().stream()
        .flatMap(pod -> {
          List<Terminated> bad =
              ContainerState.all(pod).stream()
                  .filter(Terminated.class::isInstance)
                  .map(Terminated.class::cast)
                  .filter(each -> each.exitCode() != 0)
                  .toList();
          // Where both main containers failed, the trainer's word counts, but for its "nobody
          // would publish", which follows from the publisher's end.
          return bad.stream()
              .filter(each -> !(isAboutThePublisher(each) && bad.size() > 1))
              .findFirst()
              .stream();
        })
        .findFirst();
  }

  private static boolean isAboutThePublisher(Terminated end) {
    return end.container().equals(ClusterState.TRAINER)
        && ClusterState.failedEvent(end)
            .filter(event -> event.place().equals(Optional.of("publisher")))
            .isPresent();
  }

  private void look() {
    Optional<JobCondition> failed =
        run.condition("Failed").or(() -> run.condition("FailureTarget"));
    if (failed.map(JobCondition::getReason).filter("DeadlineExceeded"::equals).isPresent()) {
      add(
          Cause.DEADLINE,
          "it ran longer than its deadline of "
              + run.job().map(j -> j.getSpec().getActiveDeadlineSeconds() + " s").orElse("?"),
          "create it with a longer --active-deadline, or try again:\n  kubectl tune retry "
              + name());
    }
    culprit(run).ifPresent(this::container);
    run.pod().ifPresent(this::pod);
    if (found.isEmpty()) {
      failed.ifPresent(condition ->
          add(
              Cause.FAILED,
              Optional.ofNullable(condition.getMessage()).orElse("the Job failed"),
              "kubectl tune logs " + name() + " --raw"));
    }
  }

  private void container(Terminated end) {
    Optional<Event.Failed> event = ClusterState.failedEvent(end);
    if (end.reason().equals("OOMKilled")) {
      outOfMemory(end);
    } else if (event.isPresent()) {
      add(Cause.FAILED, end.container() + ": " + event.get().message(), event.get().remedy());
    } else if (end.reason().equals("StartError") || end.reason().equals("ContainerCannotRun")) {
      add(
          Cause.NOT_STARTED,
          end.container() + " did not start: " + lastLine(end.message()),
          "is it the right image? See --trainer-image and --cli-image");
    } else if (end.exitCode() == SIGKILL_STATUS || end.signal() != 0) {
      add(
          Cause.KILLED,
          end.container() + " was killed (exit code " + end.exitCode() + ")",
          "kubectl tune retry " + name());
    } else {
      String last = lastLines(end.message());
      add(
          Cause.FAILED,
          end.container()
              + " ended with exit code "
              + end.exitCode()
              + (last.isEmpty() ? "" : ": " + last),
          "kubectl tune logs " + name() + " --raw");
    }
  }

  private void outOfMemory(Terminated end) {
    String limit =
        run
            .job()
            .map(job -> job.getSpec().getTemplate().getSpec().getContainers())
            .orElse(List.of())
            .stream()
            .filter(each -> each.getName().equals(end.container()))
            .map(each -> each.getResources().getLimits().get("memory"))
            .map(FailureReasons::text)
            .findFirst()
            .orElse("its limit");
    add(
        Cause.OUT_OF_MEMORY,
        end.container() + " needed more memory than its limit of " + limit + " (OOM-killed)",
        end.container().equals(ClusterState.TRAINER)
            ? "a larger --memory, or --batch-size 1 with --gradient-accumulation-steps, a shorter"
                + " --max-length, --set KubetuneConfig.memory=small, --method qlora"
                + " (kubectl tune plan shows what each needs)"
            : "report it: this container needs little memory");
  }

  private static String text(Quantity quantity) {
    return quantity == null ? "its limit" : quantity.toString();
  }

  private void pod(Pod pod) {
    if ("Evicted".equals(pod.getStatus().getReason())) {
      add(
          Cause.EVICTED,
          "the pod was evicted: " + pod.getStatus().getMessage(),
          "start it again (--checkpoint-claim lets it go on where it was):\n  kubectl tune retry "
              + name());
    }
    Disruption.of(pod).map(Disruption::explanation).ifPresent(found::add);
  }

  /// A JVM that can't start says why two lines before its last.
  private static String lastLines(String text) {
    List<String> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    return String.join("; ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  private static String lastLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).reduce((a, b) -> b).orElse("").strip();
  }

  private void add(Cause cause, String words, String remedy) {
    found.add(new Explanation(cause, words, remedy));
  }

  private String name() {
    return run.run().typed();
  }
}
