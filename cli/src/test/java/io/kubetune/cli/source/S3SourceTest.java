package io.kubetune.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/// Rows from a server of S3's protocol that checks every signature.
class S3SourceTest {
  private static final Map<String, String> KEYS =
      Map.of("AWS_ACCESS_KEY_ID", "me", "AWS_SECRET_ACCESS_KEY", "s3cr3t/of+mine");
  private static final byte[] ROWS = new byte[120_000];

  static {
    new Random(5).nextBytes(ROWS);
  }

  @TempDir Path folder;
  private final TransientNio2BlobStore store = new TransientNio2BlobStore();
  private S3Proxy server;
  private final Patience.Heard heard = new Patience.Heard();

  @BeforeEach
  void start() throws Exception {
    server = started(AuthenticationType.AWS_V4);
    store.createContainer("bucket");
    put("rows/a.jsonl", ROWS);
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  private S3Proxy started(AuthenticationType type) throws Exception {
    S3Proxy.Builder builder =
        S3Proxy.builder().blobStore(store).endpoint(URI.create("http://127.0.0.1:0"));
    S3Proxy proxy = builder.awsAuthentication(type, "me", "s3cr3t/of+mine").build();
    proxy.start();
    return proxy;
  }

  private void put(String key, byte[] content) {
    store.putBlob(
        PutObjectRequest.builder()
            .bucket("bucket")
            .key(key)
            .contentLength((long) content.length)
            .build(),
        new ByteArrayInputStream(content));
  }

  private FetchedFiles fetch(String text, Map<String, String> environment) {
    Map<String, String> all =
        new HashMap<>(Map.of("AWS_ENDPOINT_URL", "http://127.0.0.1:" + server.getPort()));
    all.putAll(environment);
    return Sources.fetch(
        SourceReference.data(text), folder.resolve("cache"), Patience.options(folder, all), heard);
  }

  private TuneException refused(String text, Map<String, String> environment) {
    return catchThrowableOfType(TuneException.class, () -> fetch(text, environment));
  }

  @Test
  void anObjectArrivesOverASignedRequest() {
    FetchedFiles files = fetch("s3://bucket/rows/a.jsonl", KEYS);

    assertThat(files.root()).hasFileName("a.jsonl").hasBinaryContent(ROWS);
    assertThat(heard.moved).hasValue(ROWS.length);
  }

  @Test
  void keysWithSpacesPlusAndUmlautsAreSignedAsTheyAre() {
    put("rows/ä b+c/é~(1).jsonl", ROWS);

    FetchedFiles files = fetch("s3://bucket/rows/ä b+c", KEYS);

    assertThat(files.root()).hasFileName("é~(1).jsonl").hasBinaryContent(ROWS);
  }

  @Test
  void aPrefixIsAllObjectsBelowItOverAllPagesOfTheListing() {
    IntStream.range(0, 1100).forEach(i -> put("many/%04d.jsonl".formatted(i), new byte[] {1}));
    put("many-others/x.jsonl", ROWS);

    FetchedFiles files = fetch("s3://bucket/many", KEYS);

    assertThat(files.files()).hasSize(1100);
    assertThat(files.bytes()).isEqualTo(1100);
  }

  @Test
  void whatIsThereIsNotLoadedAgain() {
    fetch("s3://bucket/rows/a.jsonl", KEYS);
    heard.moved.set(0);

    assertThat(fetch("s3://bucket/rows/a.jsonl", KEYS).root()).hasBinaryContent(ROWS);
    assertThat(heard.moved).hasValue(0);
  }

  @Test
  void keysOfAProfileFileAreFound() throws Exception {
    Path aws = Files.createDirectories(folder.resolve(".aws"));
    Files.write(
        aws.resolve("credentials"),
        List.of(
            "[default]",
            "aws_access_key_id = other",
            "aws_secret_access_key = other",
            "[team]",
            "aws_access_key_id = me",
            "aws_secret_access_key = s3cr3t/of+mine"));

    assertThat(fetch("s3://bucket/rows/a.jsonl", Map.of("AWS_PROFILE", "team")).files()).hasSize(1);
    assertThat(refused("s3://bucket/rows/a.jsonl", Map.of("AWS_PROFILE", "nobody")).exitCode())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void wrongKeysAreRefusedAndNeverShown() {
    Map<String, String> wrong =
        Map.of("AWS_ACCESS_KEY_ID", "me", "AWS_SECRET_ACCESS_KEY", "t0p-s3cr3t");

    TuneException refusal = refused("s3://bucket/rows/a.jsonl", wrong);

    assertThat(refusal.exitCode()).isEqualTo(ExitCode.SOURCE);
    assertThat(refusal.problems().getFirst().found()).contains("SignatureDoesNotMatch");
    assertThat(
            WebSourceTest.all(refusal)
                + heard.said
                + S3Credentials.of(Patience.options(folder, wrong)))
        .doesNotContain("t0p-s3cr3t");
  }

  @Test
  void withoutKeysTheRefusalSaysWhereTheyGo() {
    TuneException refusal = refused("s3://bucket/rows/a.jsonl", Map.of());

    assertThat(refusal.exitCode()).isEqualTo(ExitCode.SOURCE);
    assertThat(refusal.problems().getFirst().remedy()).contains("AWS_ACCESS_KEY_ID", "Secret");
  }

  @Test
  void aPublicBucketNeedsNoKeys() throws Exception {
    S3Proxy open = started(AuthenticationType.NONE);
    try {
      Map<String, String> anyone =
          Map.of(
              "AWS_ENDPOINT_URL",
              "http://127.0.0.1:" + open.getPort(),
              "AWS_NO_SIGN_REQUEST",
              "true");
      assertThat(fetch("s3://bucket/rows/a.jsonl", anyone).root()).hasBinaryContent(ROWS);
    } finally {
      open.stop();
    }
  }

  @Test
  void aBucketOrObjectThatIsNotThereIsSaidSo() {
    assertThat(refused("s3://nobucket/x", KEYS).exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(refused("s3://bucket/nothing", KEYS).exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }
}
