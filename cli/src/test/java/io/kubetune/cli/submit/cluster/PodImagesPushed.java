package io.kubetune.cli.submit.cluster;

import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.plan.Release;
import io.kubetune.cli.publish.DataPublisher;
import io.kubetune.cli.registry.ImageReference;
import io.kubetune.cli.registry.RegistryAccess;
import io.kubetune.cli.registry.Tool;
import io.kubetune.cli.registry.TransferListener;
import io.kubetune.contract.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What real pods are made of in tests: the two images that scripts/test has pushed, and the
/// example model and rows as images.
///
/// ```
/// List<String> flags = PodImagesPushed.require(cluster).flags();
/// ```
record PodImagesPushed(TestCluster cluster) {
  static final Path EXAMPLES =
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

  /// The shell's image under another name, running that script whatever its arguments.
  String shellThatRuns(String name, String script) throws Exception {
    Path layout = Files.createTempDirectory("shell-image");
    String from = "docker://" + cluster.shellImage();
    Tool.skopeo("copy", "--src-tls-verify=false", "--format=oci", from, "oci:" + layout + ":1");
    ObjectNode index = read(layout.resolve("index.json"));
    ObjectNode described = (ObjectNode) index.path("manifests").path(0);
    ObjectNode manifest = read(blob(layout, described));
    ObjectNode config = read(blob(layout, manifest.path("config")));
    ((ObjectNode) config.path("config"))
        .putArray("Entrypoint")
        .add("/bin/sh")
        .add("-c")
        .add(script);
    write(layout, config, (ObjectNode) manifest.path("config"));
    write(layout, manifest, described);
    Files.write(layout.resolve("index.json"), Json.MAPPER.writeValueAsBytes(index));
    String image = cluster.registry() + "/" + name + ":1";
    Tool.skopeo("copy", "--dest-tls-verify=false", "oci:" + layout + ":1", "docker://" + image);
    return image;
  }

  private static Path blob(Path layout, JsonNode descriptor) {
    String digest = descriptor.path("digest").asString();
    return layout.resolve("blobs").resolve(digest.replace(':', '/'));
  }

  private static ObjectNode read(Path file) throws IOException {
    return (ObjectNode) Json.MAPPER.readTree(Files.readAllBytes(file));
  }

  private static void write(Path layout, JsonNode content, ObjectNode descriptor) throws Exception {
    byte[] bytes = Json.MAPPER.writeValueAsBytes(content);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
    descriptor.put("digest", "sha256:" + HexFormat.of().formatHex(hash)).put("size", bytes.length);
    Files.write(blob(layout, descriptor), bytes);
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
