package io.kubetune.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.fetch.AdapterPull;
import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.AdapterPublisher;
import io.kubetune.cli.publish.Provenance;
import io.kubetune.cli.terminal.HttpTrace;
import io.kubetune.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `-v` shows of a push and a pull at a real registry with tokens, and what it must not.
@Timeout(120)
class VerboseRegistryTest {
  @TempDir Path dir;
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  private TransferListener listener(int level) {
    PrintStream screen = new PrintStream(shown, true, StandardCharsets.UTF_8);
    HttpTrace trace =
        HttpTrace.of(
            Terminal.plain(screen, screen, InputStream.nullInputStream()).withVerbosity(level));
    return new TransferListener() {
      @Override
      public Item begin(String title, long totalBytes) {
        return _ -> {};
      }

      @Override
      public void say(String message) {}

      @Override
      public HttpTrace trace() {
        return trace;
      }
    };
  }

  private String roundTrip(int level, RealRegistry registry, Path auth) throws Exception {
    Path results = AdapterFolder.write(dir.resolve("results" + level), 4096, 1);
    RegistryAccess access = Patience.reading(auth);
    ImageReference image = registry.image("team/adapter:v" + level);
    new AdapterPublisher(access, Map.of())
        .publish(results, image, Provenance.of("phi-4"), listener(level));
    new AdapterPull(access).pull(image, dir.resolve("pulled" + level), listener(level));
    return shown.toString(StandardCharsets.UTF_8);
  }

  @Test
  void bodiesOfManifestsAreShownFromEightOnAndLayersBySizeAlone() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), false, true)) {
      Path auth = AuthTest.authFile(dir, registry.host(), RealRegistry.PASSWORD);

      String six = roundTrip(6, registry, auth);
      shown.reset();
      String eight = roundTrip(8, registry, auth);

      assertThat(six)
          .containsPattern("PUT \\S+/manifests/v6 201 in \\d+ ms\n")
          .doesNotContain("schemaVersion", "was sent");
      assertThat(eight)
          .containsPattern("PUT \\S+/manifests/v8 was sent [\\d,]+ bytes:\n\\{\"schemaVersion\"")
          .containsPattern("GET \\S+/manifests/v8 answered [\\d,]+ bytes:\n\\{\"schemaVersion\"")
          .containsPattern("GET \\S+/blobs/sha256:\\S+ answered [\\d,]+ bytes\n");
      assertThat(eight).doesNotContain(RealRegistry.PASSWORD);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7, 8, 9})
  void noPasswordAndNoTokenIsShownAtAnyLevel(int level) throws Exception {
    try (TokenServer tokens = TokenServer.start(dir);
        RealRegistry registry = RealRegistry.start(dir.resolve("registry"), tokens)) {
      Path auth = AuthTest.authFile(dir, registry.host(), RealRegistry.PASSWORD);
      String user =
          Base64.getEncoder().encodeToString("00000000-0000-0000-0000-000000000000:".getBytes());
      String byPassword = roundTrip(level, registry, auth);
      shown.reset();
      Files.writeString(
          auth,
          "{\"auths\":{\"%s\":{\"auth\":\"%s\",\"identitytoken\":\"%s\"}}}"
              .formatted(registry.host(), user, TokenServer.REFRESH_TOKEN));
      String byToken = roundTrip(level, registry, auth);

      String pair = RealRegistry.USER + ":" + RealRegistry.PASSWORD;
      assertThat(byPassword).containsPattern("GET http\\S+/token\\?service=\\S+ 200 in ");
      assertThat(byToken).containsPattern("POST http\\S+/token 200 in ");
      assertThat(byPassword + byToken)
          .doesNotContain(RealRegistry.PASSWORD, TokenServer.REFRESH_TOKEN, "eyJ")
          .doesNotContain(Base64.getEncoder().encodeToString(pair.getBytes()));
      if (level >= 7) {
        assertThat(byPassword).contains("Authorization: (hidden)");
      }
      if (level >= 8) {
        assertThat(byPassword).contains("{\"token\":\"(hidden)\"}");
        assertThat(byToken).contains("refresh_token=(hidden)");
      }
    }
  }
}
