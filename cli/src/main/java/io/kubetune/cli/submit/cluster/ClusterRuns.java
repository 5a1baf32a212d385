package io.kubetune.cli.submit.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds runs of the cluster by name, and changes those that there are.
///
/// ```
/// ClusterRuns runs = new ClusterRuns(cluster);
/// runs.cancel(runs.require(RunTarget.parse("bot")));
/// ```
public record ClusterRuns(Cluster cluster) {

  /// A run's owner, as it is stored.
  ///
  /// @param kind `Job` or `Workspace`
  public record Found(String kind, GenericKubernetesResource owner) {
    public static Found of(GenericKubernetesResource owner) {
      return new Found(owner.getKind(), owner);
    }

    public String name() {
      return owner.getMetadata().getName();
    }

    public String namespace() {
      return owner.getMetadata().getNamespace();
    }

    /// As people type it after a command.
    public String typed() {
      return name() + " -n " + namespace();
    }

    public String uid() {
      return owner.getMetadata().getUid();
    }

    public boolean isJob() {
      return kind.equals("Job");
    }

    /// As `-o name` prints it.
    public String reference() {
      return (isJob() ? "job.batch/" : "workspace.kaito.sh/") + name();
    }

    public Optional<String> annotation(String name) {
      return JsonTree.annotation(owner, name);
    }

    /// Whether its pod speaks http to registries.
    public boolean speaksPlainHttp() {
      return JsonTree.at(owner.getAdditionalProperties(), "spec", "template", "spec", "containers")
              instanceof List<?> containers
          && containers.stream()
              .map(each -> JsonTree.at(each, "args"))
              .anyMatch(args -> args instanceof List<?> words && words.contains("--plain-http"));
    }

    /// Whether kubectl tune made it.
    public boolean isOurs() {
      return Submission.isOurs(owner);
    }

    private ApiObjects.Kind objectKind() {
      return isJob() ? ApiObjects.JOB : ApiObjects.WORKSPACE;
    }
  }

  /// A Job that we made, or a Workspace that tunes, whoever made it.
  public Optional<Found> find(RunTarget target) {
    String name = target.name().value();
    String attempted = "can't read the run '" + name + "'";
    return switch (target.where()) {
      case THIS_MACHINE -> Optional.empty();
      case JOB -> cluster.ask(attempted, () -> job(name));
      case WORKSPACE -> cluster.ask(attempted, () -> workspace(name));
      case ANYWHERE ->
          cluster.ask(attempted, () -> job(name)).or(() -> workspaceIfReadable(attempted, name));
    };
  }

  private Optional<Found> workspaceIfReadable(String attempted, String name) {
    try {
      return workspace(name);
    } catch (KubernetesClientException e) {
      if (e.getCode() == 403) {
        // Who may not read Workspaces has no run of that kind.
        return Optional.empty();
      }
      throw cluster.told(attempted, e);
    }
  }

  private Optional<Found> job(String name) {
    return objects()
        .find(ApiObjects.JOB, name)
        .filter(Submission::isOurs)
        .map(object -> new Found("Job", object));
  }

  private Optional<Found> workspace(String name) {
    return objects()
        .find(ApiObjects.WORKSPACE, name)
        .filter(object -> object.getAdditionalProperties().get("tuning") instanceof Map)
        .map(object -> new Found("Workspace", object));
  }

  /// @throws TuneException NOT_FOUND
  public Found require(RunTarget target) {
    Optional<Found> found = find(target);
    String attempted = "can't find the run '" + target.name() + "'";
    if (found.isEmpty()) {
      cluster.requireNamespace(attempted);
    }
    return found.orElseThrow(() ->
        new TuneException(
            ExitCode.NOT_FOUND,
            attempted,
            "namespace " + cluster.namespace(),
            "no run of that name",
            "see the runs of all namespaces:\n  kubectl tune list -A"));
  }

  /// Stops the pods, which write a checkpoint, and starts no new one.
  public void cancel(Found run) {
    requireJob(run, "cancel", "end it:\n  kubectl tune delete " + run.typed());
    patch(
        run,
        "cancel",
        "{\"metadata\":{\"annotations\":{\"%s\":\"true\"}},\"spec\":{\"suspend\":true}}"
            .formatted(Marks.CANCELLED));
  }

  /// Lets pods start again.
  public void resume(Found run) {
    requireJob(run, "resume", "KAITO starts it by itself");
    patch(
        run,
        "resume",
        "{\"metadata\":{\"annotations\":{\"%s\":null}},\"spec\":{\"suspend\":false}}"
            .formatted(Marks.CANCELLED));
  }

  private void patch(Found run, String verb, String json) {
    cluster.ask(
        "can't " + verb + " the run '" + run.name() + "'",
        () -> objects().merge(ApiObjects.JOB, run.name(), json));
  }

  /// Deletes the run and all that it owns; images stay.
  public void delete(Found run) {
    if (!run.isOurs() && run.isJob()) {
      throw new TuneException(
          ExitCode.NOT_FOUND,
          "can't delete the run '" + run.name() + "'",
          run.reference(),
          "kubectl tune did not make it",
          "if it is yours:\n  kubectl delete " + run.reference());
    }
    cluster.tell(
        "can't delete the run '" + run.name() + "'",
        () -> {
          objects().delete(run.objectKind(), run.owner());
          if (run.isJob()) {
            KeptRun.drop(objects(), run.name());
          }
        });
  }

  /// Whether this very run is still there.
  public boolean isThere(Found run) {
    return cluster
        .ask(
            "can't read the run '" + run.name() + "'",
            () -> objects().find(run.objectKind(), run.name()))
        .filter(each -> each.getMetadata().getUid().equals(run.uid()))
        .isPresent();
  }

  /// The same run as it is now; empty where it is gone or another one has its name.
  ///
  /// @throws KubernetesClientException where the server is away; whoever polls goes on
  public Optional<Found> read(Found run) {
    return new ApiObjects(cluster, run.namespace())
        .find(run.objectKind(), run.name())
        .filter(each -> each.getMetadata().getUid().equals(run.uid()))
        .map(each -> new Found(run.kind(), each));
  }

  private static void requireJob(Found run, String verb, String remedy) {
    if (!run.isJob()) {
      throw new TuneException(
          ExitCode.NOT_SUPPORTED,
          "can't " + verb + " the run '" + run.name() + "'",
          run.reference(),
          "KAITO has no way to suspend a Workspace",
          remedy);
    }
  }

  private ApiObjects objects() {
    return new ApiObjects(cluster, cluster.namespace());
  }
}
