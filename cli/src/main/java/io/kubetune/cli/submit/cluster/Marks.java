package io.kubetune.cli.submit.cluster;

/// The annotations that say where a run in the cluster stands, besides those of its manifests.
///
/// ```
/// JsonTree.annotation(job, Marks.CREATING).isPresent() // a create that did not finish
/// ```
public final class Marks {
  /// There while `create` is not finished: what is missing is made by the next one.
  public static final String CREATING = "tune.kubetune.io/creating";

  /// Digest of the manifests, to tell the same request from another one of the same name.
  public static final String REQUEST = "tune.kubetune.io/request-digest";

  /// There while a run is suspended because someone cancelled it.
  public static final String CANCELLED = "tune.kubetune.io/cancelled";

  private Marks() {}
}
