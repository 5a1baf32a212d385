package io.kubetune.cli.submit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.Tool;
import io.kubetune.contract.ExitCode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// `create --data ./folder --data-image IMAGE` as it is typed, with a real registry and a real API
/// server.
class DataImageTest {
  @TempDir private Path folder;

  private TestCluster cluster;
  private TestNamespace namespace;
  private ClusterCommands commands;
  private RealRegistry registry;
  private Path rows;

  @BeforeEach
  void start() throws Exception {
    cluster = TestCluster.require();
    namespace = cluster.namespace("dataimage");
    commands = new ClusterCommands(cluster, namespace, folder);
    registry = RealRegistry.start(folder.resolve("registry"));
    rows = Files.createDirectory(folder.resolve("rows"));
    Files.writeString(
        rows.resolve("a.jsonl"),
        "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\"}]}\n");
  }

  @AfterEach
  void close() throws Exception {
    if (namespace != null) {
      namespace.close();
    }
    if (registry != null) {
      registry.close();
    }
  }

  private Typed create(String... more) {
    List<String> words = new ArrayList<>(ClusterCommands.request("bot"));
    words.removeIf(each -> each.startsWith("--data="));
    words.add("--data=" + rows);
    words.add("--data-image=" + registry.host() + "/team/data:v1");
    words.add("--detach");
    words.addAll(ClusterCommands.NOWHERE);
    words.addAll(List.of(more));
    return commands.typed(words.toArray(String[]::new));
  }

  private String catalog() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + registry.host() + "/v2/_catalog")).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  @Test
  void thePodIsGivenTheDigestOfWhatWasPushed() throws Exception {
    Typed created = create("--chat-template={% for m in messages %}{{ m.content }}{% endfor %}");

    assertThat(created.status()).as(created.err()).isZero();
    String image = registry.host() + "/team/data:v1";
    String digest =
        JsonMapper.shared()
            .readTree(Tool.skopeo("inspect", "--tls-verify=false", "docker://" + image))
            .path("Digest")
            .stringValue();
    assertThat(
            commands.kubectl(
                "get", "job", "bot", "-o", "jsonpath={.spec.template.spec.initContainers[0].args}"))
        .contains("--data=image://" + image + "@" + digest);
    assertThat(commands.kubectl("get", "cm", "bot-config", "-o", "jsonpath={.data}"))
        .contains("{% for m in messages %}{{ m.content }}{% endfor %}");
    assertThat(created.err()).contains("Rows are in image://" + image + "@" + digest);
  }

  @Test
  void whatIsRefusedIsNeitherPushedNorMade() throws Exception {
    for (String bad :
        List.of(
            "--chat-template={% for %}",
            "--chat-template={{ raise_exception('no') }}",
            "--template={nothing}",
            "--format=parquet",
            "--column=prompt=nothing")) {
      Typed refused = create(bad);
      assertThat(refused.status())
          .as(bad + " " + refused.err())
          .isIn(ExitCode.BAD_REQUEST.code(), ExitCode.BAD_DATA.code());
    }
    assertThat(catalog()).isEqualTo("{\"repositories\":[]}\n");
    assertThat(commands.kubectl("get", "job,cm", "-o", "name")).doesNotContain("bot");
  }
}
