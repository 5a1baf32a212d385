package io.kubetune.cli.source;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/// One bucket of AWS S3 or of a server that speaks as it does; requests are signed by AWS's own
/// signer (Signature Version 4) where there are keys, else they go out as anyone's.
///
/// @param root address of the bucket, without a slash at its end
record S3Origin(String bucket, URI root, S3Credentials credentials) implements Origin {

  /// Another endpoint (flag, `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`) is addressed by path, and
  /// so is a bucket whose dots no wildcard certificate covers.
  static S3Origin of(String bucket, SourceOptions options) {
    S3Credentials credentials = S3Credentials.of(options);
    Optional<URI> endpoint =
        options
            .s3Endpoint()
            .or(() -> options.variable("AWS_ENDPOINT_URL_S3").map(URI::create))
            .or(() -> options.variable("AWS_ENDPOINT_URL").map(URI::create));
    String root;
    if (endpoint.isPresent()) {
      URI uri = endpoint.get();
      if (uri.getHost() == null || uri.getRawUserInfo() != null) {
        throw new TuneException(
            ExitCode.USAGE,
            "can't use the endpoint for s3",
            "AWS_ENDPOINT_URL",
            "no http(s)://HOST, or with a user or password in it",
            "for example https://minio.example.com");
      }
      root = uri.toString().replaceFirst("/+$", "") + "/" + bucket;
    } else if (bucket.contains(".")) {
      root = "https://s3.%s.amazonaws.com/%s".formatted(credentials.region(), bucket);
    } else {
      root = "https://%s.s3.%s.amazonaws.com".formatted(bucket, credentials.region());
    }
    return new S3Origin(bucket, URI.create(root), credentials);
  }

  URI object(String key) {
    return URI.create(
        root
            + "/"
            + Arrays.stream(key.split("/", -1))
                .map(S3Origin::encoded)
                .collect(Collectors.joining("/")));
  }

  URI listing(String prefix, Optional<String> continuation) {
    return URI.create(
        root
            + "?"
            + continuation.map(token -> "continuation-token=" + encoded(token) + "&").orElse("")
            + "list-type=2&prefix="
            + encoded(prefix));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  @Override
  public Map<String, String> headers(URI uri) {
    return credentials.identity().map(identity -> signed(uri, identity)).orElse(Map.of());
  }

  private Map<String, String> signed(URI uri, AwsCredentialsIdentity identity) {
    SdkHttpRequest request = SdkHttpRequest.builder().uri(uri).method(SdkHttpMethod.GET).build();
    Map<String, String> headers = new HashMap<>();
    AwsV4HttpSigner.create()
        .sign(sign ->
            sign.identity(identity)
                .request(request)
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                .putProperty(AwsV4HttpSigner.REGION_NAME, credentials.region())
                .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false))
        .request()
        .forEachHeader((name, values) -> {
          // The JDK's client writes it itself, with the same value.
          if (!name.equalsIgnoreCase("Host")) {
            headers.put(name, String.join(",", values));
          }
        });
    return headers;
  }

  @Override
  public TuneException refused(Answer answer) {
    String body = answer.excerpt();
    String code = body.replaceFirst(".*<Code>([A-Za-z]+)</Code>.*", "$1");
    String said = code.equals(body) ? "" : code;
    Optional<String> otherRegion =
        answer.header("x-amz-bucket-region").filter(each -> !each.equals(credentials.region()));
    String remedy;
    if (otherRegion.isPresent()) {
      remedy = "the bucket is in region " + otherRegion.get() + ": set AWS_REGION to it";
    } else {
      remedy =
          switch (answer.status()) {
            case 401, 403 ->
                credentials.identity().isPresent()
                    ? "are the keys right, and may they list and read the bucket?"
                    : "no keys were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or"
                        + " AWS_PROFILE (in a cluster: a Secret)";
            case 404 -> "is the bucket spelled right, and AWS_ENDPOINT_URL its server?";
            default -> "";
          };
    }
    return Origin.plainly(answer, said, remedy);
  }
}
