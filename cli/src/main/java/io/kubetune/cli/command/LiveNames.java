package io.kubetune.cli.command;

import io.kubetune.cli.cluster.Cluster;
import io.kubetune.cli.cluster.ClusterFlags;
import io.kubetune.cli.cluster.KubeconfigNames;
import io.kubetune.cli.cluster.ListedObject;
import io.kubetune.cli.render.Labels;
import io.kubetune.cli.submit.RunFolder;
import io.kubetune.cli.submit.RunState;
import java.util.ArrayList;
import java.util.List;
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
/// LiveNames.forCompletion(surroundings, flags).runs()
/// ```
///
/// @param longestMillis that an answer may take
record LiveNames(Surroundings surroundings, ClusterFlags flags, long longestMillis) {
  /// A key's worth of patience.
  private static final long COMPLETION_MILLIS = 1_500;

  /// A command's: a program that helps to log in may take a while.
  private static final long COMMAND_MILLIS = 5_000;

  private static final String OUTPUT = "tune.kubetune.io/output";

  static LiveNames forCompletion(Surroundings surroundings, ClusterFlags flags) {
    return new LiveNames(surroundings, flags, COMPLETION_MILLIS);
  }

  static LiveNames forCommand(Surroundings surroundings, ClusterFlags flags) {
    return new LiveNames(surroundings, flags, COMMAND_MILLIS);
  }

  KubeconfigNames kubeconfig() {
    return KubeconfigNames.read(flags, surroundings.environment());
  }

  /// The API server's version; empty where there is none, or it does not answer in time.
  Optional<String> serverVersion() {
    return ask(cluster -> cluster.client().getKubernetesVersion().getGitVersion());
  }

  List<String> namespaces() {
    return inCluster(cluster -> names(ListedObject.in(cluster, "/api/v1/namespaces", "")));
  }

  List<String> claims() {
    return inCluster(cluster ->
        names(
            ListedObject.in(
                cluster,
                "/api/v1/namespaces/" + cluster.namespace() + "/persistentvolumeclaims",
                "")));
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
          for (ListedObject each : jobs(cluster)) {
            Optional.ofNullable(each.annotations().get(OUTPUT)).ifPresent(outputs::add);
          }
          return outputs;
        }));
    return List.copyOf(images);
  }

  private static List<ListedObject> jobs(Cluster cluster) {
    return ListedObject.in(
        cluster,
        "/apis/batch/v1/namespaces/" + cluster.namespace() + "/jobs",
        Labels.MANAGED_BY + "=" + Labels.MANAGER);
  }

  private static List<String> names(List<ListedObject> objects) {
    return objects.stream().map(ListedObject::name).toList();
  }

  private List<String> inCluster(Function<Cluster, List<String>> question) {
    return ask(question).orElse(List.of());
  }

  /// Empty where no cluster answers in time, or it refuses to.
  <T> Optional<T> ask(Function<Cluster, T> question) {
    CompletableFuture<Optional<T>> answer = new CompletableFuture<>();
    Thread asking =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try (Cluster cluster = Cluster.connect(flags, surroundings.environment())) {
                answer.complete(Optional.ofNullable(question.apply(cluster)));
              } catch (RuntimeException e) {
                answer.complete(Optional.empty());
              }
            });
    try {
      return answer.get(longestMillis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      asking.interrupt();
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
