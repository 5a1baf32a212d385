package io.kubetune.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubetune.cli.fetch.AdapterPull;
import io.kubetune.cli.publish.AdapterFolder;
import io.kubetune.cli.publish.AdapterPublisher;
import io.kubetune.cli.publish.Provenance;
import io.kubetune.cli.publish.PublishedAdapter;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AuthTest {
  @TempDir Path dir;
  private Path results;

  @BeforeEach
  void adapter() throws IOException {
    results = AdapterFolder.write(dir.resolve("results"), 4096, 1);
  }

  private void roundTrip(RealRegistry registry, RegistryAccess access) {
    ImageReference image = registry.image("team/adapter:v1");
    new AdapterPublisher(access, Map.of())
        .publish(results, image, Provenance.of("phi-4"), TransferListener.SILENT);
    Path target = dir.resolve("pulled");
    new AdapterPull(access).pull(image, target, TransferListener.SILENT);
    assertThat(target.resolve("adapter_config.json")).hasContent(AdapterFolder.CONFIG);
  }

  static Path authFile(Path dir, String host, String password) throws IOException {
    String pair = RealRegistry.USER + ":" + password;
    String auth = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    return Files.writeString(
        dir.resolve("auth.json"), "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(host, auth));
  }

  private static String refusal(ThrowingCallable call) {
    TuneException[] caught = new TuneException[1];
    assertThatThrownBy(call).isInstanceOfSatisfying(TuneException.class, e -> caught[0] = e);
    assertThat(caught[0].exitCode()).isEqualTo(ExitCode.REGISTRY);
    for (Throwable each = caught[0]; each != null; each = each.getCause()) {
      assertThat(each.toString()).doesNotContain(RealRegistry.PASSWORD);
    }
    return caught[0].problems().toString();
  }

  @Test
  void tlsWithAnOwnAuthorityAndAPasswordFromTheAuthFileWorks() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), true, true)) {
      Path auth = authFile(dir, registry.host(), RealRegistry.PASSWORD);
      roundTrip(registry, Patience.reading(auth).withCaFile(registry.caFile().orElseThrow()));
    }
  }

  @Test
  void theEnvironmentNamesTheAuthFile() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), false, true)) {
      Path auth = authFile(dir, registry.host(), RealRegistry.PASSWORD);
      roundTrip(
          registry, RegistryAccess.fromEnvironment(Map.of("REGISTRY_AUTH_FILE", auth.toString())));
    }
  }

  /// In a process of its own, because helpers are looked up on PATH.
  @Test
  void aCredentialHelperIsAsked() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), false, true)) {
      Path helper = dir.resolve("docker-credential-here");
      Files.writeString(
          helper,
          "#!/bin/sh\ncat >/dev/null\necho '{\"Username\":\"%s\",\"Secret\":\"%s\"}'\n"
              .formatted(RealRegistry.USER, RealRegistry.PASSWORD));
      Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwx------"));
      Path config =
          Files.writeString(
              dir.resolve("config.json"),
              "{\"credHelpers\":{\"%s\":\"here\"}}".formatted(registry.host()));
      ProcessBuilder child =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-cp",
              System.getProperty("java.class.path"),
              AuthTest.class.getName(),
              config.toString(),
              results.toString(),
              registry.host() + "/team/adapter:v1");
      child.environment().put("PATH", dir + ":" + System.getenv("PATH"));
      Process process = child.redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(said).contains("pushed sha256:").doesNotContain(RealRegistry.PASSWORD);
    }
  }

  /// @param arguments auth file, results folder, image
  public static void main(String[] arguments) {
    RegistryAccess access = Patience.reading(Path.of(arguments[0]));
    System.out.println(
        "pushed "
            + new AdapterPublisher(access, Map.of())
                .publish(
                    Path.of(arguments[1]),
                    ImageReference.parse(arguments[2]),
                    Provenance.of("phi-4"),
                    TransferListener.SILENT)
                .digest());
  }

  @Test
  void aTokenServerIsAskedForTheRightsThatAreNeeded() throws Exception {
    try (TokenServer tokens = TokenServer.start(dir);
        RealRegistry registry = RealRegistry.start(dir.resolve("registry"), tokens)) {
      Path auth = authFile(dir, registry.host(), RealRegistry.PASSWORD);
      roundTrip(registry, Patience.reading(auth));
      assertThat(tokens.requests())
          .contains("GET repository:team/adapter:pull")
          .anyMatch(each -> each.contains("push"));
      assertThat(tokens.requests().size())
          .as("tokens are kept: " + tokens.requests())
          .isLessThan(5);
      Path wrong = authFile(dir, registry.host(), "wrong");
      assertThat(refusal(() -> roundTrip(registry, Patience.reading(wrong))))
          .contains("refuses the user 'tuner'");
    }
  }

  @Test
  void anIdentityTokenIsExchangedAsOauth2HasIt() throws Exception {
    try (TokenServer tokens = TokenServer.start(dir);
        RealRegistry registry = RealRegistry.start(dir.resolve("registry"), tokens)) {
      String user =
          Base64.getEncoder().encodeToString("00000000-0000-0000-0000-000000000000:".getBytes());
      Path auth =
          Files.writeString(
              dir.resolve("auth.json"),
              "{\"auths\":{\"%s\":{\"auth\":\"%s\",\"identitytoken\":\"%s\"}}}"
                  .formatted(registry.host(), user, TokenServer.REFRESH_TOKEN));
      roundTrip(registry, Patience.reading(auth));
      assertThat(tokens.requests()).allMatch(each -> each.startsWith("POST "));
    }
  }

  @Test
  void aWrongPasswordIsRefusedByNameAndNeverPrinted() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), false, true)) {
      Path auth = authFile(dir, registry.host(), RealRegistry.PASSWORD + "x");
      assertThat(refusal(() -> roundTrip(registry, Patience.reading(auth))))
          .contains("refuses the user 'tuner'", "docker login " + registry.host());
    }
  }

  @Test
  void nobodyLoggedInIsToldHow() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), false, true)) {
      assertThat(refusal(() -> roundTrip(registry, Patience.none())))
          .contains("wants a login", "docker login", "REGISTRY_AUTH_FILE");
    }
  }

  @Test
  void anUnknownCertificateIsRefusedAndPlainHttpIsNotTriedInstead() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), true, true)) {
      Path auth = authFile(dir, registry.host(), RealRegistry.PASSWORD);
      assertThat(refusal(() -> roundTrip(registry, Patience.reading(auth))))
          .contains("certificate is not trusted", "--registry-ca");
    }
  }

  @Test
  void aBrokenAuthFileIsNamedAndNotQuoted() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"), false, true)) {
      Path auth = dir.resolve("auth.json");
      for (String broken :
          new String[] {
            "{\"auths\":{\"" + registry.host() + "\":{\"auth\":" + RealRegistry.PASSWORD + "}}}",
            "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}"
                .formatted(
                    registry.host(),
                    Base64.getEncoder().encodeToString(RealRegistry.PASSWORD.getBytes())),
          }) {
        Files.writeString(auth, broken);
        assertThat(refusal(() -> roundTrip(registry, Patience.reading(auth))))
            .contains(auth.toString())
            .containsAnyOf("no JSON as docker login writes it", "no USER:PASSWORD in base64")
            .doesNotContain("Exception");
      }
    }
  }

  @Test
  void aRegistryBehindAProxyIsReachedThroughIt() throws Exception {
    try (RealRegistry registry = RealRegistry.start(dir.resolve("registry"));
        FaultProxy proxy = FaultProxy.before(registry)) {
      PublishedAdapter.in(registry, results);
      RegistryAccess access =
          RegistryAccess.fromEnvironment(
                  Map.of("HTTP_PROXY", "http://" + proxy.host(), "NO_PROXY", ".internal"))
              .withPlainHttp(true);
      new AdapterPull(access)
          .pull(
              ImageReference.parse("registry.invalid/team/adapter:v1"),
              dir.resolve("pulled"),
              TransferListener.SILENT);
      assertThat(proxy.requests()).anyMatch(each -> each.endsWith("/manifests/v1"));
      for (String direct : new String[] {"a.internal", "internal", "localhost", "127.0.0.1"}) {
        assertThat(access.proxies().select(URI.create("http://" + direct + "/v2/")))
            .containsExactly(Proxy.NO_PROXY);
      }
    }
  }

  @Test
  void aHostThatDoesNotExistIsSaidAtOnce() {
    assertThat(
            refusal(() ->
                new AdapterPull(Patience.none())
                    .pull(
                        ImageReference.parse("no-such-host.invalid/x:1"),
                        dir.resolve("pulled"),
                        TransferListener.SILENT)))
        .contains("no such host");
  }
}
