package io.kubetune.cli.command;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.cli.cluster.KubeconfigNames;
import io.kubetune.cli.render.Labels;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// Names that are there now, on this machine and in the cluster that the words so far speak of:
/// never an error, and nothing where an answer takes longer than a person waits for a key.
///
/// ```
/// new LiveNames(surroundings, flags).runs()
/// ```
record LiveNames(Surroundings surroundings, ClusterFlags flags) {
  private static final long LONGEST_MILLIS = 1_500;
  private static final long MOST = 500;
  private static final String OUTPUT = "tune.kubetune.io/output";

  KubeconfigNames kubeconfig() {
    return KubeconfigNames.read(flags, surroundings.environment());
  }

  /// The API server's version; empty where there is none, or it does not answer in time.
  Optional<String> serverVersion() {
    return inCluster(cluster -> List.of(cluster.client().getKubernetesVersion().getGitVersion()))
        .stream()
        .findFirst();
  }

  List<String> namespaces() {
    return inCluster(cluster -> names(cluster.client().namespaces().list(page()).getItems()));
  }

  List<String> claims() {
    return inCluster(cluster ->
        names(
            cluster
                .client()
                .persistentVolumeClaims()
                .inNamespace(cluster.namespace())
                .list(page())
                .getItems()));
  }

  List<String> runs() {
    TreeSet<String> names = new TreeSet<>();
    surroundings.runs().list().forEach(each -> names.add(each.name().value()));
    names.addAll(inCluster(cluster -> names(jobs(cluster))));
    return List.copyOf(names);
  }

  /// Images that runs have made or were to make.
  List<String> images() {
    TreeSet<String> images = new TreeSet<>();
    for (RunFolder each : surroundings.runs().list()) {
      try {
        RunState.of(each).image().ifPresent(image -> images.add(image.reference()));
      } catch (RuntimeException e) {
        // A run's folder that can't be read has no image.
      }
    }
    images.addAll(
        inCluster(cluster -> {
          List<String> outputs = new ArrayList<>();
          for (Job each : jobs(cluster)) {
            Map<String, String> annotations = each.getMetadata().getAnnotations();
            if (annotations != null && annotations.containsKey(OUTPUT)) {
              outputs.add(annotations.get(OUTPUT));
            }
          }
          return outputs;
        }));
    return List.copyOf(images);
  }

  private static List<Job> jobs(Cluster cluster) {
    return cluster
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(cluster.namespace())
        .withLabel(Labels.MANAGED_BY, Labels.MANAGER)
        .list(page())
        .getItems();
  }

  private static io.fabric8.kubernetes.api.model.ListOptions page() {
    // Out of the API server's memory: a name that is a moment old is good enough.
    return new ListOptionsBuilder().withLimit(MOST).withResourceVersion("0").build();
  }

  private static List<String> names(List<? extends HasMetadata> objects) {
    return objects.stream().map(each -> each.getMetadata().getName()).toList();
  }

  private List<String> inCluster(Function<Cluster, List<String>> question) {
    CompletableFuture<List<String>> answer = new CompletableFuture<>();
    Thread asking =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try (Cluster cluster = Cluster.connect(flags, surroundings.environment())) {
                answer.complete(question.apply(cluster));
              } catch (RuntimeException e) {
                answer.complete(List.of());
              }
            });
    try {
      return answer.get(LONGEST_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      asking.interrupt();
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }
}
