package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// One container of a pod, as the kubelet last said.
///
/// ```
/// ContainerState.of(pod, "trainer").ifPresent(state -> switch (state) { … });
/// ```
public sealed interface ContainerState {
  /// Others (KAITO's) come before ours, as they are sorted.
  List<String> ORDER =
      List.of(ClusterState.DOWNLOADER, ClusterState.TRAINER, ClusterState.PUBLISHER);

  String container();

  /// Not started: the image is pulled, a Secret is missing, an init container comes first.
  ///
  /// @param reason `ContainerCreating`, `ErrImagePull`, `CreateContainerConfigError`, …
  record Waiting(String container, String reason, String message) implements ContainerState {}

  record Running(String container, Instant since) implements ContainerState {}

  /// @param reason `Completed`, `Error`, `OOMKilled`, `StartError`, …
  /// @param message its last words (`/dev/termination-log`), or the end of its log
  record Terminated(
      String container, int exitCode, int signal, String reason, String message, Instant at)
      implements ContainerState {}

  /// Init containers first, then the others in the order that our pods start them: the kubelet
  /// sorts them by name.
  static List<ContainerState> all(Pod pod) {
    if (pod.getStatus() == null) {
      return List.of();
    }
    return Stream.of(
            Optional.ofNullable(pod.getStatus().getInitContainerStatuses()).orElse(List.of()),
            Optional.ofNullable(pod.getStatus().getContainerStatuses()).orElse(List.of()))
        .flatMap(List::stream)
        .map(ContainerState::read)
        .sorted(Comparator.comparingInt(each -> ORDER.indexOf(each.container())))
        .toList();
  }

  static Optional<ContainerState> of(Pod pod, String container) {
    return all(pod).stream().filter(each -> each.container().equals(container)).findFirst();
  }

  private static ContainerState read(ContainerStatus status) {
    String name = status.getName();
    if (status.getState() != null && status.getState().getTerminated() != null) {
      ContainerStateTerminated end = status.getState().getTerminated();
      return new Terminated(
          name,
          end.getExitCode() == null ? 0 : end.getExitCode(),
          end.getSignal() == null ? 0 : end.getSignal(),
          text(end.getReason()),
          text(end.getMessage()),
          Times.instant(end.getFinishedAt()));
    }
    if (status.getState() != null && status.getState().getRunning() != null) {
      return new Running(name, Times.instant(status.getState().getRunning().getStartedAt()));
    }
    ContainerStateWaiting waiting =
        status.getState() == null ? null : status.getState().getWaiting();
    return new Waiting(
        name,
        waiting == null ? "" : text(waiting.getReason()),
        waiting == null ? "" : text(waiting.getMessage()));
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }
}
