package io.kubetune.cli.watch.cluster;

import io.kubetune.cli.terminal.Remedy;

/// Why a run waits, failed or is slow: in words, with the command to run next.
///
/// ```
/// new Explanation(Cause.NO_GPU, "no node has a GPU (nvidia.com/gpu)", "kubectl tune doctor")
/// ```
public record Explanation(Cause cause, String words, String remedy) {

  /// What kind of reason it is, for programs.
  public enum Cause {
    UNFINISHED_CREATE,
    NO_GPU,
    NOT_ENOUGH_CPU,
    NOT_ENOUGH_MEMORY,
    TAINTED,
    NODE_SELECTOR,
    NO_NODE,
    QUOTA,
    POD_REFUSED,
    SERVICE_ACCOUNT,
    QUEUE,
    VOLUME,
    MISSING_OBJECT,
    IMAGE,
    PULLING,
    DOWNLOADING,
    STARTING,
    OUT_OF_MEMORY,
    EVICTED,
    NODE_GONE,
    DEADLINE,
    RETRIES,
    NOT_STARTED,
    KILLED,
    FAILED,
    SLOW
  }

  @Override
  public String toString() {
    return words + (remedy.isEmpty() ? "" : "\ntry:" + Remedy.behind(remedy));
  }
}
