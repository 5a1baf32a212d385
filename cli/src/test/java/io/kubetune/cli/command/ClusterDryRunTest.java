package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.contract.ExitCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `create` for runtimes in a cluster, as it is typed.
class ClusterDryRunTest {
  private static final Path ROOT = Path.of(System.getProperty("kubetune.root"));

  @TempDir Path folder;

  @Test
  void aFolderAndAFileBecomeAJobThatReadsThemFromTheRegistry() throws Exception {
    Typed typed = create("--runtime", "job", "--registry", "registry.example.com/ml", "-o", "json");

    assertThat(typed.status()).isZero();
    JsonNode job = JsonMapper.shared().readTree(typed.out()).path("items").path(1);
    JsonNode pod = job.path("spec").path("template").path("spec");
    assertThat(pod.path("initContainers").path(0).path("args").toString())
        .contains("--model=image://registry.example.com/ml/bot-model:latest")
        .contains("--data=image://registry.example.com/ml/bot-data:latest");
    // A model of 2.7 M parameters: the estimate is of its sizes, read from the folder.
    assertThat(pod.path("containers").path(0).path("resources").path("limits").path("memory"))
        .hasToString("\"768Mi\"");
  }

  @Test
  void everyFormatIsKubectls() throws Exception {
    String[] request = {"--runtime", "job", "--registry", "registry.example.com/ml"};
    assertThat(create(with(request, "-o", "name")).out())
        .isEqualTo("configmap/bot-config\njob.batch/bot\n");
    assertThat(create(request).out())
        .isEqualTo(
            "configmap/bot-config created (client dry run)\n"
                + "job.batch/bot created (client dry run)\n");
    assertThat(create(with(request, "-o", "yaml")).out()).startsWith("apiVersion: v1\n");
  }

  @Test
  void aModelFolderThatIsNoModelIsRefusedBeforeAnythingIsPrinted() throws Exception {
    Typed typed =
        typed(
            "create",
            "bot",
            "--model",
            folder.toString(),
            "--data",
            "pvc://rows",
            "--output-image",
            "registry.example.com/a:1",
            "--registry",
            "registry.example.com/ml",
            "--runtime",
            "job",
            "--dry-run=client",
            "-o",
            "yaml");

    assertThat(typed.status()).isEqualTo(ExitCode.BAD_MODEL.code());
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err()).contains("there is no config.json");
  }

  @Test
  void aHeaderOfThisMachineIsRefusedWhereThePodDownloadsAndTheSecretIsNamed() throws Exception {
    Typed typed =
        create(
            "--runtime",
            "job",
            "--registry",
            "registry.example.com/ml",
            "--data-header-from",
            "env:TOKEN");

    assertThat(typed.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err()).contains("--data-header-from", "AUTHORIZATION", "--data-secret");
  }

  @Test
  void withoutAKubeconfigItSaysWhereItLookedAndWhatWorks() throws Exception {
    Typed typed =
        typed(
            "create",
            "bot",
            "--model",
            "phi-4",
            "--data",
            "https://h.example.com/x.parquet",
            "--output-image",
            "registry.example.com/a:1",
            "--output-image-secret",
            "push",
            "--runtime",
            "kaito",
            "--kubeconfig",
            "/no/such/kubeconfig");

    assertThat(typed.status()).isEqualTo(ExitCode.CLUSTER.code());
    assertThat(typed.err())
        .contains("can't read the kubeconfig", "/no/such/kubeconfig", "is not there");
  }

  private Typed create(String... more) throws Exception {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("create", "bot", "--dry-run=client"));
    all.addAll(List.of("--model", ROOT.resolve("templates/examples/tiny-llama").toString()));
    all.addAll(
        List.of("--data", ROOT.resolve("templates/examples/kubectl-answers.jsonl").toString()));
    all.addAll(List.of(more));
    return typed(all.toArray(String[]::new));
  }

  private static String[] with(String[] first, String... more) {
    return Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new);
  }

  private Typed typed(String... arguments) throws Exception {
    return Typed.command(Map.of("XDG_STATE_HOME", folder.toString()), arguments);
  }
}
