package io.kubetune.cli.request;

import java.util.Locale;

/// Where a run is executed: the value of `--runtime`.
///
/// ```
/// RuntimeKind.JOB.text() // "job"
/// ```
public enum RuntimeKind {
  /// A process on this machine.
  LOCAL,
  /// A Kubernetes Job: any cluster.
  JOB,
  /// A KAITO Workspace: a cluster with KAITO's operator.
  KAITO;

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
