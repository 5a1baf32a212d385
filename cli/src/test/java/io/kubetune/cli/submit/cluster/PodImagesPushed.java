package io.kubetune.cli.submit.cluster;

import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.plan.Release;
import io.kubetune.cli.publish.DataPublisher;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.TransferListener;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// What real pods are made of in tests: the two images that scripts/test has pushed, and the
/// example model and rows as images.
///
/// ```
/// List<String> flags = PodImagesPushed.require(cluster).flags();
/// ```
record PodImagesPushed(TestCluster cluster) {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("kubetune.root"), "templates", "examples");

  /// Skips loudly where they are not there; in CI that is a failure.
  static PodImagesPushed require(TestCluster cluster) throws Exception {
    String image = "kubetune/kubetune-trainer/manifests/" + Release.version();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + cluster.registry() + "/v2/" + image))
            .header("Accept", "application/vnd.oci.image.manifest.v1+json")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status != 200) {
        String message = "NO IMAGES: scripts/build-images --to " + cluster.registry() + "/kubetune";
        if (System.getenv("CI") != null) {
          throw new AssertionError(message);
        }
        System.err.println("SKIPPED, NOT TESTED: " + message);
        Assumptions.abort(message);
      }
    }
    PodImagesPushed images = new PodImagesPushed(cluster);
    images.push("examples/model", EXAMPLES.resolve("tiny-llama"));
    images.push("examples/rows", EXAMPLES.resolve("kubectl-answers.jsonl"));
    return images;
  }

  void push(String repository, Path files) {
    new DataPublisher(RegistryAccess.fromEnvironment(Map.of()), Map.of())
        .publish(
            List.of(files),
            Optional.empty(),
            ImageReference.parse(cluster.registry() + "/" + repository + ":1"),
            Map.of(),
            TransferListener.SILENT);
  }

  String image(String repository) {
    return "image://" + cluster.podRegistry() + "/" + repository + ":1";
  }

  String output(String name) {
    return cluster.podRegistry() + "/adapters/" + name + ":1";
  }

  /// `create NAME` with all that a small run needs; what is given more comes last and wins.
  String[] create(String name, String namespace, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "create",
                name,
                "--runtime=job",
                "--kubeconfig=" + cluster.kubeconfig(),
                "--namespace=" + namespace,
                "--model=" + image("examples/model"),
                "--data=" + image("examples/rows"),
                "--registry=" + cluster.podRegistry() + "/kubetune",
                "--plain-http",
                "--max-steps=10",
                "--cpu=500m"));
    boolean output = List.of(more).stream().anyMatch(each -> each.startsWith("--output-image"));
    boolean memory = List.of(more).stream().anyMatch(each -> each.startsWith("--memory"));
    if (!output) {
      words.add("--output-image=" + output(name));
    }
    if (!memory) {
      words.add("--memory=1Gi");
    }
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }
}
