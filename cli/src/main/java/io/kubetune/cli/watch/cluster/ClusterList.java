package io.kubetune.cli.watch.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.render.Labels;
import io.kubetune.cli.submit.RunState;
import io.kubetune.cli.submit.cluster.ClusterRuns;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// All runs of a namespace or of all: Jobs that we made and Workspaces that tune, a page at a time.
///
/// What a row says comes from the Job's own status; no pod is read.
///
/// ```
/// new ClusterList(cluster, true, Optional.of("team=search")).read()
/// ```
public record ClusterList(Cluster cluster, boolean allNamespaces, Optional<String> selector) {
  /// As kubectl's `--chunk-size`.
  private static final long PAGE = 500;

  private static final ResourceDefinitionContext WORKSPACES =
      new ResourceDefinitionContext.Builder()
          .withGroup("kaito.sh")
          .withVersion("v1beta1")
          .withKind("Workspace")
          .withPlural("workspaces")
          .withNamespaced(true)
          .build();

  /// @param state without what pods alone know
  public record Row(ClusterRuns.Found run, RunState state) {
    public String runtime() {
      return run.isJob() ? "job" : "kaito";
    }

    public Instant created() {
      return Times.instant(run.owner().getMetadata().getCreationTimestamp());
    }

    public String model() {
      return run.annotation("tune.kubetune.io/model").orElseGet(this::preset);
    }

    private String preset() {
      return run.owner().getAdditionalProperties().get("tuning") instanceof Map<?, ?> tuning
              && tuning.get("preset") instanceof Map<?, ?> preset
          ? String.valueOf(preset.get("name"))
          : "";
    }

    public String image() {
      return state
          .image()
          .map(i -> i.reference())
          .orElseGet(() -> run.annotation("tune.kubetune.io/output").orElse(""));
    }
  }

  /// By namespace and name.
  public List<Row> read() {
    List<Row> rows = new ArrayList<>();
    for (Job job : cluster.ask("can't list the runs", this::jobs)) {
      rows.add(row(job));
    }
    for (GenericKubernetesResource workspace : workspaces()) {
      if (workspace.getAdditionalProperties().get("tuning") instanceof Map) {
        ClusterRuns.Found found = ClusterRuns.Found.of(workspace);
        ClusterSnapshot alone =
            new ClusterSnapshot(
                found, Optional.empty(), List.of(), List.of(), Optional.empty(), List.of());
        rows.add(new Row(found, ClusterState.of(alone)));
      }
    }
    if (rows.isEmpty() && !allNamespaces) {
      // The API server lists nothing where there is no namespace, as if all were well.
      cluster.requireNamespace("can't list the runs");
    }
    rows.sort(
        Comparator.comparing((Row row) -> row.run().namespace())
            .thenComparing(row -> row.run().name()));
    return rows;
  }

  private static Row row(Job job) {
    GenericKubernetesResource owner = new GenericKubernetesResource();
    owner.setApiVersion("batch/v1");
    owner.setKind("Job");
    owner.setMetadata(job.getMetadata());
    ClusterRuns.Found found = ClusterRuns.Found.of(owner);
    ClusterSnapshot alone =
        new ClusterSnapshot(
            found, Optional.of(job), List.of(), List.of(), Optional.empty(), List.of());
    RunState state = ClusterState.of(alone);
    boolean ready =
        job.getStatus() != null && Optional.ofNullable(job.getStatus().getReady()).orElse(0) > 0;
    return new Row(
        found, state.phase() == RunState.Phase.PENDING && ready ? running(state) : state);
  }

  private static RunState running(RunState state) {
    return new RunState(
        RunState.Phase.RUNNING,
        state.code(),
        state.message(),
        state.remedy(),
        state.finished(),
        state.image());
  }

  private List<Job> jobs() {
    var all = cluster.client().batch().v1().jobs();
    String labels =
        Labels.MANAGED_BY + "=" + Labels.MANAGER + selector.map(more -> "," + more).orElse("");
    return pages(
        labels,
        options ->
            allNamespaces
                ? all.inAnyNamespace().list(options)
                : all.inNamespace(cluster.namespace()).list(options));
  }

  private List<GenericKubernetesResource> workspaces() {
    var all = cluster.client().genericKubernetesResources(WORKSPACES);
    try {
      return pages(
          selector.orElse(null),
          options ->
              allNamespaces
                  ? all.inAnyNamespace().list(options)
                  : all.inNamespace(cluster.namespace()).list(options));
    } catch (KubernetesClientException e) {
      // No KAITO here, or not for this user.
      if (e.getCode() == 404 || e.getCode() == 403) {
        return List.of();
      }
      throw cluster.told("can't list the runs", e);
    }
  }

  private static <T extends HasMetadata> List<T> pages(
      String labels, Function<ListOptions, ? extends KubernetesResourceList<T>> page) {
    List<T> all = new ArrayList<>();
    String next = null;
    do {
      KubernetesResourceList<T> read =
          page.apply(
              new ListOptionsBuilder()
                  .withLimit(PAGE)
                  .withContinue(next)
                  .withLabelSelector(labels)
                  .build());
      all.addAll(read.getItems());
      next = read.getMetadata().getContinue();
    } while (next != null && !next.isEmpty());
    return all;
  }
}
