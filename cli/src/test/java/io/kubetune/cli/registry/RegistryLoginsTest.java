package io.kubetune.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.kubetune.cli.fetch.DataPull;
import io.kubetune.cli.publish.DataPublisher;
import io.kubetune.cli.publish.Published;
import io.kubetune.cli.registry.FaultProxy.Fault;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A real registry behind a guard that asks for logins as the large hosts do, each in its own way.
@Timeout(120)
class RegistryLoginsTest {
  private static final String REFRESH = "acr-refresh";

  /// How a host challenges, and what its token server answers.
  enum Host {
    DOCKER_HUB(
        "Bearer realm=\"%s\",service=\"registry.docker.io\",scope=\"%s\"",
        "{\"token\":\"%1$s\",\"access_token\":\"%1$s\",\"expires_in\":300,\"issued_at\":\"2026-01-01T00:00:00Z\"}"),
    // Names the right to pull alone, whatever is asked.
    GHCR(
        "Bearer realm=\"%s\",service=\"ghcr.io\",scope=\"repository:team/data:pull\"",
        "{\"token\":\"%s\"}"),
    ACR("Bearer realm=\"%s\",service=\"x.azurecr.io\",scope=\"%s\"", "{\"access_token\":\"%s\"}"),
    HARBOR(
        "Bearer realm=\"%s\",service=\"harbor-registry\",scope=\"%s\"",
        "{\"token\":\"%s\",\"access_token\":\"\",\"expires_in\":1800,\"issued_at\":\"2026-01-01T00:00:00Z\"}"),
    ECR(
        "Basic realm=\"https://1.dkr.ecr.eu-west-1.amazonaws.com/\",service=\"ecr.amazonaws.com\"",
        "");

    private final String challenge;
    private final String answer;

    Host(String challenge, String answer) {
      this.challenge = challenge;
      this.answer = answer;
    }
  }

  @TempDir Path dir;
  private RealRegistry registry;
  private FaultProxy proxy;
  private HttpServer tokens;
  private final List<String> asked = new ArrayList<>();

  /// What each token is good for, and how many requests more.
  private final Map<String, String> scopes = new ConcurrentHashMap<>();

  private final Map<String, AtomicInteger> usesLeft = new ConcurrentHashMap<>();
  private volatile Host host = Host.DOCKER_HUB;
  private volatile int usesOfAToken = Integer.MAX_VALUE;
  private final AtomicInteger busyAnswers = new AtomicInteger();
  private Path rows;

  @BeforeEach
  void serve() throws Exception {
    registry = RealRegistry.start(dir.resolve("registry"));
    proxy = FaultProxy.before(registry);
    proxy.guard(this::guard);
    tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    tokens.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    tokens.createContext("/", this::giveToken);
    tokens.start();
    rows = Files.createDirectory(dir.resolve("rows"));
    byte[] bytes = new byte[17 << 20];
    new Random(5).nextBytes(bytes);
    Files.write(rows.resolve("large.bin"), bytes);
    Files.writeString(rows.resolve("small.jsonl"), "{\"text\":\"a\"}\n");
  }

  @AfterEach
  void stop() throws InterruptedException {
    tokens.stop(0);
    proxy.close();
    registry.close();
  }

  private Fault guard(String request, Headers headers) {
    boolean writes = !request.startsWith("GET") && !request.startsWith("HEAD");
    String sent = Optional.ofNullable(headers.getFirst("Authorization")).orElse("");
    boolean right =
        host == Host.ECR
            ? sent.equals("Basic " + base64("AWS:" + RealRegistry.PASSWORD))
            : sent.startsWith("Bearer ") && isGood(sent.substring("Bearer ".length()), writes);
    if (right) {
      return Fault.NONE;
    }
    String realm = "http://127.0.0.1:" + tokens.getAddress().getPort() + "/token";
    String scope = "repository:team/data:" + (writes ? "pull,push" : "pull");
    String flaw = sent.isEmpty() ? "" : ",error=\"invalid_token\"";
    return new Fault.Answer(
        401,
        "application/json",
        "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}",
        List.of("WWW-Authenticate", host.challenge.formatted(realm, scope) + flaw));
  }

  private boolean isGood(String token, boolean writes) {
    String scope = scopes.getOrDefault(token, "");
    return scope.contains(writes ? "push" : "pull") && usesLeft.get(token).getAndDecrement() > 0;
  }

  private void giveToken(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean post = exchange.getRequestMethod().equals("POST");
      String body =
          post
              ? new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
              : exchange.getRequestURI().getRawQuery();
      Map<String, String> form = new HashMap<>();
      for (String each : body.split("&")) {
        String[] pair = each.split("=", 2);
        form.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
      }
      synchronized (asked) {
        asked.add(exchange.getRequestMethod() + " " + form.get("scope"));
      }
      String basic = exchange.getRequestHeaders().getFirst("Authorization");
      boolean known =
          post
              ? "refresh_token".equals(form.get("grant_type"))
                  && REFRESH.equals(form.get("refresh_token"))
              : ("Basic " + base64("tuner:" + RealRegistry.PASSWORD)).equals(basic);
      int status = busyAnswers.getAndDecrement() > 0 ? 503 : known || basic == null ? 200 : 401;
      String token = "t" + scopes.size() + "-" + System.nanoTime();
      // Whoever is not logged in may read.
      scopes.put(token, known ? form.get("scope") : form.get("scope").replace("push", ""));
      usesLeft.put(token, new AtomicInteger(usesOfAToken));
      byte[] answer =
          (status == 200 ? host.answer.formatted(token) : "{}").getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /// As `docker login` leaves it: for ACR an identity token, for ECR the user AWS.
  private RegistryAccess loggedIn() throws IOException {
    String user = base64((host == Host.ECR ? "AWS:" : "tuner:") + RealRegistry.PASSWORD);
    String entry =
        host == Host.ACR
            ? "{\"auth\":\"%s\",\"identitytoken\":\"%s\"}"
                .formatted(base64("00000000-0000-0000-0000-000000000000:"), REFRESH)
            : "{\"auth\":\"" + user + "\"}";
    Path file =
        Files.writeString(
            dir.resolve("auth.json"), "{\"auths\":{\"%s\":%s}}".formatted(proxy.host(), entry));
    return Patience.reading(file);
  }

  private Published push(RegistryAccess access) {
    return new DataPublisher(access, Map.of("XDG_CACHE_HOME", dir.resolve("cache").toString()))
        .publish(
            List.of(rows),
            Optional.empty(),
            proxy.image("team/data:v1"),
            Map.of(),
            TransferListener.SILENT);
  }

  private DataPull.PulledData pull(RegistryAccess access, String to) {
    return new DataPull(access)
        .pull(proxy.image("team/data:v1"), dir.resolve(to), TransferListener.SILENT);
  }

  private void assertWhole(Published pushed, DataPull.PulledData pulled) {
    assertThat(pulled.digest()).isEqualTo(pushed.digest());
    assertThat(pulled.folder().resolve("large.bin"))
        .hasSameBinaryContentAs(rows.resolve("large.bin"));
  }

  @ParameterizedTest
  @EnumSource(Host.class)
  void pushesAndPullsWhereLoginsAreAskedForAsThisHostDoes(Host one) throws Exception {
    host = one;
    assertWhole(push(loggedIn()), pull(loggedIn(), "pulled"));
    assertThat(asked).allMatch(each -> each.startsWith(one == Host.ACR ? "POST " : "GET "));
    assertThat(asked.size())
        .as("one token for the push, one for the pull: " + asked)
        .isLessThanOrEqualTo(one == Host.ECR ? 0 : 3);
  }

  @ParameterizedTest
  @EnumSource(
      value = Host.class,
      names = {"DOCKER_HUB", "ACR", "HARBOR"})
  void aTokenThatExpiresInTheMiddleOfAPushOrPullIsRenewed(Host one) throws Exception {
    host = one;
    usesOfAToken = 2;
    assertWhole(push(loggedIn()), pull(loggedIn(), "pulled"));
    assertThat(asked.size()).as("tokens: " + asked).isGreaterThan(4);
  }

  @Test
  void whoeverIsNotLoggedInMayPullWhatIsPublicAndIsToldOnAPush() throws Exception {
    Published pushed = push(loggedIn());
    assertWhole(pushed, pull(Patience.none(), "pulled"));
    Files.writeString(rows.resolve("small.jsonl"), "{\"text\":\"b\"}\n");
    TuneException refused = catchThrowableOfType(TuneException.class, () -> push(Patience.none()));
    assertThat(refused.exitCode()).isEqualTo(ExitCode.REGISTRY);
    assertThat(refused.problems().toString()).contains("wants a login and none is known");
  }

  @Test
  void aTokenServerThatIsBusyIsAskedAgainAndOneThatStaysSoIsNotCalledAWrongPassword()
      throws Exception {
    busyAnswers.set(2);
    assertWhole(push(loggedIn()), pull(loggedIn(), "pulled"));
    busyAnswers.set(1000);
    TuneException refused =
        catchThrowableOfType(TuneException.class, () -> pull(loggedIn(), "again"));
    assertThat(refused.exitCode()).isEqualTo(ExitCode.REGISTRY);
    assertThat(refused.problems().toString())
        .contains("token server", "503")
        .doesNotContain("refuses the user", RealRegistry.PASSWORD);
    assertThat(dir.resolve("again")).doesNotExist();
  }
}
