package io.kubetune.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.source.FileServer.Fault;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows from a web server that is as unreliable as they get.
class WebSourceTest {
  private static final byte[] ROWS = new byte[300_000];

  static {
    new Random(7).nextBytes(ROWS);
  }

  @TempDir Path folder;
  private FileServer server;
  private final Patience.Heard heard = new Patience.Heard();

  @BeforeEach
  void start() throws IOException {
    server = new FileServer().put("/rows.jsonl", ROWS);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private FetchedFiles fetch(URI uri, SourceOptions options) {
    return Sources.fetch(
        SourceReference.data(uri.toString()), folder.resolve("cache"), options, heard);
  }

  private FetchedFiles fetch(String path) {
    return fetch(server.uri(path), Patience.options(folder, Map.of()));
  }

  private TuneException refused(URI uri, SourceOptions options) {
    return catchThrowableOfType(TuneException.class, () -> fetch(uri, options));
  }

  private TuneException refused(String path) {
    return refused(server.uri(path), Patience.options(folder, Map.of()));
  }

  private void nothingTornRemains() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()))
          .noneMatch(name -> !name.startsWith("."));
    }
  }

  @Test
  void aFileArrivesWholeUnderItsOwnName() throws IOException {
    FetchedFiles files = fetch("/rows.jsonl");

    assertThat(files.root()).hasFileName("rows.jsonl").hasBinaryContent(ROWS);
    assertThat(files.bytes()).isEqualTo(ROWS.length);
    assertThat(files.digest()).isEqualTo(Digest.of(ROWS));
    assertThat(heard.moved).hasValue(ROWS.length);
  }

  @Test
  void aConnectionThatBreaksIsGoneOnWithAtItsByte() throws IOException {
    server.fault("/rows.jsonl", Fault.cut(100_000), Fault.cut(50_000));

    assertThat(fetch("/rows.jsonl").root()).hasBinaryContent(ROWS);

    assertThat(server.last("/rows.jsonl").headers().getFirst("Range")).isEqualTo("bytes=150000-");
    assertThat(server.last("/rows.jsonl").headers().getFirst("If-Range")).startsWith("\"");
    assertThat(heard.moved).hasValue(ROWS.length);
  }

  @Test
  void aRunThatGaveUpIsGoneOnWithByTheNextOne() throws IOException {
    server.fault(
        "/rows.jsonl", Fault.cut(100_000), Fault.cut(0), Fault.cut(0), Fault.cut(0), Fault.cut(0));
    TuneException gaveUp = refused("/rows.jsonl");
    assertThat(gaveUp.exitCode()).isEqualTo(ExitCode.SOURCE);
    nothingTornRemains();
    long before = server.requests.size();

    server.fault("/rows.jsonl");
    assertThat(fetch("/rows.jsonl").root()).hasBinaryContent(ROWS);

    assertThat(
            server.requests.stream()
                .skip(before)
                .map(request -> request.headers().getFirst("Range")))
        .allMatch("bytes=100000-"::equals);
  }

  @Test
  void aFileThatChangedWhileItWasLoadedIsLoadedAnewAndNeverMixed() throws IOException {
    server.fault("/rows.jsonl", Fault.cut(100_000));
    server.fault("/rows.jsonl", Fault.status(500), Fault.status(500), Fault.status(500));
    refused("/rows.jsonl");
    byte[] other = new byte[200_000];
    server.put("/rows.jsonl", other);

    assertThat(fetch("/rows.jsonl").root()).hasBinaryContent(other);
  }

  @Test
  void whatIsThereAndUnchangedIsNotLoadedAgain() throws IOException {
    fetch("/rows.jsonl");
    heard.moved.set(0);

    FetchedFiles again = fetch("/rows.jsonl");

    assertThat(again.root()).hasBinaryContent(ROWS);
    assertThat(again.digest()).isEqualTo(Digest.of(ROWS));
    assertThat(heard.moved).hasValue(0);
  }

  @Test
  void aServerThatIsBusyIsAskedAgainWhenItSays() {
    server.fault(
        "/rows.jsonl",
        new Fault.Status(429, Map.of("Retry-After", "1"), ""),
        Fault.status(503),
        Fault.status(500));
    long start = System.nanoTime();

    fetch("/rows.jsonl");

    assertThat((System.nanoTime() - start) / 1e9).isGreaterThan(1.0);
    assertThat(heard.said).hasSize(3).first().asString().contains("answered 429");
  }

  @Test
  void aStallingConnectionIsGivenUpAndGoneOnWith() throws IOException {
    server.fault("/rows.jsonl", new Fault.Stall(10_000, 8_000));

    assertThat(fetch("/rows.jsonl").root()).hasBinaryContent(ROWS);
  }

  @Test
  void aWrongChecksumIsRefusedAndNothingKept() throws IOException {
    String path = "/rows.jsonl#sha256=" + "0".repeat(64);

    TuneException refusal = refused(path);

    assertThat(refusal.exitCode()).isEqualTo(ExitCode.SOURCE);
    assertThat(refusal.problems().getFirst().found())
        .contains(Digest.of(ROWS).toString(), "0".repeat(64));
    nothingTornRemains();
  }

  @Test
  void aRightChecksumIsAcceptedAndNeedsNoServerTheSecondTime() {
    String path = "/rows.jsonl#sha256=" + Digest.of(ROWS).hex();
    fetch(path);
    fetch(path);

    assertThat(server.count("/rows.jsonl")).isEqualTo(1);
  }

  @Test
  void aPageInPlaceOfDataIsRecognized() throws IOException {
    server.fault("/rows.jsonl", new Fault.Page("<html>please log in</html>"));

    TuneException refusal = refused("/rows.jsonl");

    assertThat(refusal.exitCode()).isEqualTo(ExitCode.SOURCE);
    assertThat(refusal.problems().getFirst().found()).contains("web page");
    nothingTornRemains();
    assertThat(fetch("/rows.jsonl").root()).hasBinaryContent(ROWS);
  }

  @Test
  void aRedirectLoopEnds() {
    server.redirect("/a", "/b", Map.of()).redirect("/b", "/a", Map.of());

    assertThat(refused("/a").problems().getFirst().found()).contains("redirect loop");
  }

  @Test
  void whatIsNotThereIsSaidSoAtOnce() {
    assertThat(refused("/other.jsonl").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(server.count("/other.jsonl")).isEqualTo(1);
  }

  @Test
  void aLoginThatIsWantedIsSaidSoAtOnceThoughTheServerNamesNoWayToLogIn() {
    server.fault("/rows.jsonl", Fault.status(401), Fault.status(401));
    TuneException refusal = refused("/rows.jsonl");
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.SOURCE);
    assertThat(refusal.problems().getFirst().remedy()).contains("--data-header-from");
    assertThat(server.count("/rows.jsonl")).isEqualTo(1);
  }

  @Test
  void theHeaderGoesToItsHostAloneAndIsNeverShown() throws IOException {
    String secret = "s3cr3t-token-of-mine";
    Path file = Files.writeString(folder.resolve("header"), secret + "\n");
    server.locked(
        "/private.jsonl",
        "Bearer " + secret,
        new Fault.Status(403, Map.of(), "who is Bearer " + secret + "?"));
    server.redirect("/private.jsonl", server.uri("localhost", "/rows.jsonl").toString(), Map.of());
    SourceOptions options = Patience.options(folder, Map.of("WRONG", secret + "x"));

    fetch(server.uri("/private.jsonl"), options.withHeaderFrom("file:" + file));
    assertThat(server.last("/rows.jsonl").headers().containsKey("Authorization")).isFalse();

    server.locked(
        "/private.jsonl",
        "nobody",
        new Fault.Status(403, Map.of(), "who is " + secret + "x, with Bearer " + secret + "x?"));
    TuneException refusal =
        refused(server.uri("/private.jsonl"), options.withHeaderFrom("env:WRONG"));
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.SOURCE);
    assertThat(all(refusal) + heard.said + options.withHeaderFrom("env:WRONG").headerFrom())
        .doesNotContain(secret);
  }

  @Test
  void aSecretTypedInPlaceOfItsNameIsNotRepeated() {
    SourceOptions options = Patience.options(folder, Map.of()).withHeaderFrom("Bearer s3cr3t");

    TuneException refusal = refused(server.uri("/rows.jsonl"), options);

    assertThat(refusal.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(all(refusal)).doesNotContain("s3cr3t");
  }

  @Test
  void manyAtOnceLoadItOnce() throws Exception {
    List<Callable<FetchedFiles>> work =
        Stream.generate(() -> (Callable<FetchedFiles>) () -> fetch("/rows.jsonl"))
            .limit(6)
            .toList();

    SideBySide.run(work, 6);

    assertThat(
            server.requests.stream()
                .filter(request -> !request.headers().containsKey("If-None-Match")))
        .hasSize(1);
  }

  @Test
  void aProxyOfTheEnvironmentIsUsed() throws IOException {
    URI proxy = server.uri("");
    SourceOptions options = Patience.options(folder, Map.of("http_proxy", proxy.toString()));

    // A name that no resolver has: only the proxy can have answered.
    assertThat(fetch(URI.create("http://data.localhost:9/rows.jsonl"), options).root())
        .hasBinaryContent(ROWS);
  }

  @Test
  void aServerThatIsNotThereIsToldWithItsAddress() throws IOException {
    URI gone;
    try (FileServer other = new FileServer()) {
      gone = other.uri("/rows.jsonl");
    }
    TuneException refusal = refused(gone, Patience.options(folder, Map.of()));
    assertThat(refusal.exitCode()).isEqualTo(ExitCode.SOURCE);
    assertThat(refusal.problems().getFirst().place()).isEqualTo(gone.toString());
  }

  static String all(TuneException refusal) {
    StringWriter text = new StringWriter();
    refusal.printStackTrace(new PrintWriter(text));
    return text + " " + refusal.problems();
  }
}
