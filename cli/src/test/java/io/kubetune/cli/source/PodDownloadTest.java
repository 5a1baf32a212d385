package io.kubetune.cli.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.kubetune.cli.PodContainer;
import io.kubetune.cli.Typed;
import io.kubetune.contract.ExitCode;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/// What `create` is told of sources reaches the pod: the data-downloader is run with the arguments
/// that its manifest has.
class PodDownloadTest {
  private static final Path ROWS =
      Path.of(System.getProperty("kubetune.root"), "templates/examples/kubectl-answers.jsonl");

  @TempDir Path folder;

  private Typed create(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "create",
                "bot",
                "--dry-run=client",
                "--output=json",
                "--model=pvc://models/tiny",
                "--memory=1Gi",
                "--output-image=registry.example.com/a:1"));
    words.addAll(List.of(more));
    return typed(words);
  }

  private Typed typed(List<String> words) {
    return Typed.command(Map.of("HOME", folder.toString()), words.toArray(String[]::new));
  }

  @Test
  void rowsOnAnotherS3ServerAreReadFromThereInThePodToo() throws Exception {
    TransientNio2BlobStore store = new TransientNio2BlobStore();
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "me", "s3cr3t/of+mine")
            .build();
    server.start();
    try {
      byte[] rows = Files.readAllBytes(ROWS);
      store.createContainer("bucket");
      store.putBlob(
          PutObjectRequest.builder()
              .bucket("bucket")
              .key("rows/train.jsonl")
              .contentLength((long) rows.length)
              .build(),
          new ByteArrayInputStream(rows));
      Path secret = Files.createDirectory(folder.resolve("secret"));
      Files.writeString(secret.resolve("AWS_ACCESS_KEY_ID"), "me");
      Files.writeString(secret.resolve("AWS_SECRET_ACCESS_KEY"), "s3cr3t/of+mine");
      // What the flag says wins over what the Secret says of the same.
      Files.writeString(secret.resolve("AWS_ENDPOINT_URL"), "http://127.0.0.1:1");
      Path data = Files.createDirectory(folder.resolve("data"));

      Typed created =
          create(
              "--data=s3://bucket/rows",
              "--data-secret=bucket",
              "--s3-endpoint=http://127.0.0.1:" + server.getPort(),
              "--s3-region=eu-central-1");
      assertThat(created.status()).as(created.err()).isZero();
      Typed downloaded =
          PodContainer.of(created.out(), "data-downloader")
              .at("/mnt/credentials/0", secret)
              .at("/mnt/data", data)
              .at("/tmp", Files.createDirectory(folder.resolve("tmp")))
              .run(Map.of());

      assertThat(downloaded.err()).isEmpty();
      assertThat(downloaded.status()).as(downloaded.out()).isZero();
      assertThat(Files.readAllLines(data.resolve("train.jsonl")))
          .hasSameSizeAs(Files.readAllLines(ROWS));
    } finally {
      server.stop();
    }
  }

  @Test
  void aRegionThatIsTypedIsTheOneThatRequestsAreSignedFor() throws Exception {
    try (FileServer server = new FileServer()) {
      Path secret = Files.createDirectory(folder.resolve("secret"));
      Files.writeString(secret.resolve("AWS_ACCESS_KEY_ID"), "me");
      Files.writeString(secret.resolve("AWS_SECRET_ACCESS_KEY"), "s3cr3t");
      Files.writeString(secret.resolve("AWS_REGION"), "us-west-2");

      PodContainer.of(
              create(
                      "--data=s3://bucket/rows",
                      "--data-secret=bucket",
                      "--s3-endpoint=" + server.uri(""),
                      "--s3-region=eu-central-1")
                  .out(),
              "data-downloader")
          .at("/mnt/credentials/0", secret)
          .at("/tmp", Files.createDirectory(folder.resolve("tmp")))
          .run(Map.of());

      assertThat(server.last("/bucket").headers().getFirst("Authorization"))
          .contains("/eu-central-1/s3/aws4_request");
    }
  }

  @Test
  void anS3ServerForRowsThatAreNotOnS3IsRefusedAndSoIsOneWithAPassword() {
    Typed unused = create("--data=pvc://rows", "--s3-endpoint=https://s3.example.com");
    assertThat(unused.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(unused.err()).contains("--s3-endpoint", "no rows are named by s3://");

    Typed open = create("--data=s3://bucket/x", "--s3-endpoint=https://me:s3cr3t@s3.example.com");
    assertThat(open.status()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(open.err()).contains("--s3-endpoint", "password").doesNotContain("s3cr3t");
  }
}
