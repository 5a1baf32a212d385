package io.kubetune.cli.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.registry.TransferListener;
import io.kubetune.cli.source.FileServer.Fault;
import io.kubetune.cli.terminal.HttpTrace;
import io.kubetune.cli.terminal.Terminal;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/// What `-v` shows of downloads from real servers, and what it must not.
class VerboseSourcesTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String ROW = "{\"instruction\":\"whose row\",\"output\":\"mine\"}\n";
  private static final byte[] ROWS = ROW.repeat(60).getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private final TransientNio2BlobStore store = new TransientNio2BlobStore();
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private FileServer server;

  @BeforeEach
  void serve() throws Exception {
    server = new FileServer();
    server.put("/rows.jsonl", ROWS);
    HubPages.put(
        server, COMMIT, "datasets", "org/rows", "/datasets/org/rows", Map.of("train.jsonl", ROWS));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private record Shown(HttpTrace trace) implements TransferListener {
    @Override
    public Item begin(String title, long totalBytes) {
      return _ -> {};
    }

    @Override
    public void say(String message) {}
  }

  /// What stands on the screen after a download, failed or not.
  private String shown(int level, String source, Map<String, String> environment, String header) {
    shown.reset();
    PrintStream screen = new PrintStream(shown, true, StandardCharsets.UTF_8);
    Terminal terminal = Terminal.plain(screen, screen, InputStream.nullInputStream());
    SourceOptions options = Patience.options(folder.resolve("home" + level), environment);
    try {
      Sources.fetch(
          SourceReference.data(source),
          folder.resolve("cache" + level),
          header.isEmpty() ? options : options.withHeaderFrom(header),
          new Shown(HttpTrace.of(terminal.withVerbosity(level))));
    } catch (TuneException e) {
      // What was shown until then is what counts.
    }
    return shown.toString(StandardCharsets.UTF_8);
  }

  private String hub(int level) {
    Map<String, String> environment =
        Map.of("HF_ENDPOINT", server.uri("").toString(), "HF_TOKEN", "hf_s3cr3tToken");
    return shown(level, "hf://datasets/org/rows", environment, "");
  }

  @Test
  void theHubsListingAndFilesAndRedirectsAreShownFromSixOn() {
    assertThat(hub(5)).isEmpty();
    assertThat(hub(6))
        .containsPattern(
            "GET http://127\\S+/api/datasets/org/rows/revision/main\\?blobs=true 200 in \\d+ ms\n")
        .containsPattern("GET http://127\\S+/resolve/\\S+/train.jsonl 302 in \\d+ ms\n")
        .containsPattern(
            "GET http://localhost\\S+/cdn/\\S+\\?X-Amz-Signature=\\(hidden\\) 200 in \\d+ ms\n")
        .doesNotContain("User-Agent", "siblings");
  }

  @Test
  void headersAreShownFromSevenOnAndBodiesFromEightOnButNoRows() {
    assertThat(hub(7))
        .contains("    Authorization: (hidden)\n", "    User-Agent: kubectl-tune\n")
        .doesNotContain("siblings");
    assertThat(hub(8))
        .contains("\"siblings\":[{\"rfilename\":\"train.jsonl\"")
        .contains("/cdn/")
        .contains("    < location: http://localhost")
        .contains("answered %,d bytes\n".formatted(ROWS.length))
        .doesNotContain("whose row");
  }

  @Test
  void aBodyIsCutAtEightAndWholeAtNine() {
    String long1 = "refused ".repeat(200) + "END";
    Fault refusal = new Fault.Status(403, Map.of("Content-Type", "text/plain"), long1);
    server.fault("/rows.jsonl", refusal, refusal);
    String address = server.uri("/rows.jsonl").toString();

    assertThat(shown(8, address, Map.of(), ""))
        .contains(long1.substring(0, 1024) + "… (whole with -v 9)\n")
        .doesNotContain(long1.substring(0, 1025));
    assertThat(shown(9, address, Map.of(), "")).contains(long1 + "\n");
  }

  @Test
  void aRequestWithoutAnAnswerIsShownSo() {
    URI address = server.uri("/rows.jsonl");
    server.close();

    assertThat(shown(6, address.toString(), Map.of(), ""))
        .containsPattern("GET " + address + " no answer in \\d+ ms\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7, 8, 9})
  void noSecretOfTheWebIsShownAtAnyLevel(int level) {
    String body =
        """
        {"error":"no such user","token":"body-s3cret","heard":"X-Team was header-s3cret",\
        "next":"https://u:user-s3cret@host/x?sig=query-s3cret&X-Amz-Credential=query-s3cret",\
        "env":[{"name":"API_TOKEN","value":"env-s3cret"}],"note":"password=text-s3cret"}\
        """;
    Fault refusal =
        new Fault.Status(
            403,
            Map.of(
                "Content-Type",
                "application/json",
                "Set-Cookie",
                "id=cookie-s3cret",
                "Location",
                "/x?token=location-s3cret"),
            body);
    server.fault("/rows.jsonl", refusal);
    server.redirect(
        "/moved",
        server.uri("localhost", "/rows.jsonl") + "?X-Amz-Signature=sign-s3cret&sig=sas-s3cret",
        Map.of());
    server.locked("/rows.jsonl", "nobody's", refusal);

    for (String path : List.of("/rows.jsonl", "/moved")) {
      String all =
          shown(
              level,
              server.uri(path) + "?X%2DAmz%2DSignature=asked-s3cret&t=asked-s3cret",
              Map.of("MY", "X-Team: header-s3cret"),
              "env:MY");

      assertThat(all).contains("GET http", " 403 in ").doesNotContain("s3cret");
      if (level >= 7 && path.equals("/rows.jsonl")) {
        assertThat(all).contains("X-Team: (hidden)");
      }
      if (level >= 8) {
        assertThat(all).contains("no such user");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7, 8, 9})
  void noKeyOrSignatureOfS3IsShownAtAnyLevel(int level) throws Exception {
    store.createContainer("bucket");
    for (String key : IntStream.range(0, 9).mapToObj("rows/part-%d.jsonl"::formatted).toList()) {
      store.putBlob(
          PutObjectRequest.builder()
              .bucket("bucket")
              .key(key)
              .contentLength((long) ROWS.length)
              .build(),
          new ByteArrayInputStream(ROWS));
    }
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "access-s3cret", "the/s3cret+key")
            .build();
    proxy.start();
    try {
      List<String> outputs = new ArrayList<>();
      for (String secretKey : List.of("the/s3cret+key", "wrong-s3cret")) {
        outputs.add(
            shown(
                level,
                "s3://bucket/rows/",
                Map.of(
                    "AWS_ENDPOINT_URL",
                    "http://127.0.0.1:" + proxy.getPort(),
                    "AWS_ACCESS_KEY_ID",
                    "access-s3cret",
                    "AWS_SECRET_ACCESS_KEY",
                    secretKey),
                ""));
      }

      assertThat(outputs.getFirst())
          .contains("?list-type=2&prefix=rows", "/bucket/rows/part-8.jsonl 200 in ");
      assertThat(outputs.getLast()).contains(" 403 in ");
      assertThat(outputs).allSatisfy(each -> assertThat(each).doesNotContain("s3cret"));
      if (level >= 7) {
        assertThat(outputs.getFirst()).contains("Authorization: (hidden)");
      }
      if (level >= 8) {
        assertThat(outputs.getFirst()).contains("<Key>rows/part-0.jsonl</Key>");
        assertThat(outputs.getLast()).contains("<Code>");
      }
    } finally {
      proxy.stop();
    }
  }
}
