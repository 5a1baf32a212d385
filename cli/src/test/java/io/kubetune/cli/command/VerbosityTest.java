package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.cluster.TestCluster;
import io.kubetune.cli.cluster.TestNamespace;
import io.kubetune.cli.submit.cluster.ClusterCommands;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `-v` shows of the requests to a real API server, and what it must not.
class VerbosityTest {
  @TempDir private Path home;

  @Test
  void requestsAreShownFromSixOnHeadersFromSevenOnCurlLinesAtNineAndNoTokenEver() throws Exception {
    TestCluster cluster = TestCluster.require();
    try (TestNamespace namespace = cluster.namespace("verbose")) {
      ClusterCommands commands = new ClusterCommands(cluster, namespace, home);
      String token = "--token=s3cret-to-be-hidden";

      Typed quiet = commands.typed("list");
      Typed requests = commands.typed("list", "-v=6");
      Typed headers = commands.typed("list", "-v", "7", token);

      assertThat(quiet.err()).doesNotContain("GET ");
      assertThat(requests.err())
          .containsPattern(
              "GET https://\\S+/apis/batch/v1/namespaces/"
                  + namespace.name()
                  + "/jobs\\S* 200 in \\d+ ms\n");
      assertThat(requests.err()).doesNotContain("user-agent");
      assertThat(headers.err()).containsIgnoringCase("authorization: (hidden)");
      Typed curl = commands.typed("list", "-v=9", token);
      assertThat(curl.err())
          .containsPattern(
              "(?i)curl -v -XGET -H \"authorization: \\(hidden\\)\".* '(https://\\S+)'\nGET \\1 ");
      assertThat(headers.err()).doesNotContain("curl");
      assertThat(headers.err() + headers.out() + curl.err() + curl.out())
          .doesNotContain("s3cret-to-be-hidden");
    }
  }
}
