package io.kubetune.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.Typed;
import io.kubetune.cli.registry.RealRegistry;
import io.kubetune.cli.registry.Tool;
import io.kubetune.contract.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `data push` as it is typed, to a real registry with TLS and a password.
@Timeout(60)
class DataPushTest {
  @TempDir Path dir;

  @Test
  void pushesWithTheFlagsForAuthorityAndCredentials() throws Exception {
    Path rows = Files.writeString(dir.resolve("rows.jsonl"), "{\"text\":\"a\"}\n");
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), true, true)) {
      String pair = RealRegistry.USER + ":" + RealRegistry.PASSWORD;
      String auth = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
      Path authFile =
          Files.writeString(
              dir.resolve("auth.json"),
              "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(registry.host(), auth));
      String image = registry.host() + "/team/data:v1";
      Typed pushed =
          typed(
              "data",
              "push",
              rows.toString(),
              "--data-image",
              image,
              "--registry-ca",
              registry.caFile().orElseThrow().toString(),
              "--registry-auth",
              authFile.toString(),
              "-o",
              "json");
      assertThat(pushed.err()).doesNotContain(RealRegistry.PASSWORD);
      assertThat(pushed.status()).as(pushed.err()).isZero();
      JsonNode json = new JsonMapper().readTree(pushed.out());
      String seen =
          Tool.skopeo(
              "inspect",
              "--tls-verify=false",
              "--authfile",
              authFile.toString(),
              "docker://" + image);
      assertThat(new JsonMapper().readTree(seen).path("Digest")).isEqualTo(json.path("digest"));
    }
  }

  @Test
  void aFolderThatIsNotThereIsBadDataAndNothingIsMade() throws Exception {
    Typed refused =
        typed("data", "push", dir.resolve("none") + "", "--data-image", "oci:" + dir + "/out");
    assertThat(refused.status()).isEqualTo(ExitCode.BAD_DATA.code());
    assertThat(dir.resolve("out")).doesNotExist();
  }

  private Typed typed(String... words) {
    return Typed.command(Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString()), words);
  }
}
