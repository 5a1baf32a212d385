package io.kubetune.cli.source;

import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/// Keys and region as AWS's own tools find them: the environment, then the profile's files.
///
/// ```
/// S3Credentials.of(options).identity() // empty: requests go out unsigned
/// ```
record S3Credentials(Optional<AwsCredentialsIdentity> identity, String region) {
  private static final String DEFAULT_REGION = "us-east-1";

  static S3Credentials of(SourceOptions options) {
    String profile = options.variable("AWS_PROFILE").orElse("default");
    Path folder = options.home().resolve(".aws");
    Map<String, String> credentials =
        section(
            options
                .variable("AWS_SHARED_CREDENTIALS_FILE")
                .map(Path::of)
                .orElse(folder.resolve("credentials")),
            profile);
    Map<String, String> config =
        section(
            options.variable("AWS_CONFIG_FILE").map(Path::of).orElse(folder.resolve("config")),
            profile.equals("default") ? profile : "profile " + profile);
    String region =
        options
            .variable("AWS_REGION")
            .or(() -> options.variable("AWS_DEFAULT_REGION"))
            .or(() -> Optional.ofNullable(config.get("region")))
            .orElse(DEFAULT_REGION);
    if (options.isSet("AWS_NO_SIGN_REQUEST")) {
      return new S3Credentials(Optional.empty(), region);
    }
    boolean chosen = options.variable("AWS_PROFILE").isPresent();
    Optional<AwsCredentialsIdentity> identity =
        identity(
                options.variable("AWS_ACCESS_KEY_ID"),
                options.variable("AWS_SECRET_ACCESS_KEY"),
                options.variable("AWS_SESSION_TOKEN"))
            .or(() -> fromSection(credentials))
            .or(() -> fromSection(config));
    if (identity.isEmpty() && chosen) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't find credentials for s3",
          "AWS_PROFILE=" + profile,
          "no keys of that profile in " + folder,
          "name a profile with keys, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
    return new S3Credentials(identity, region);
  }

  private static Optional<AwsCredentialsIdentity> fromSection(Map<String, String> section) {
    return identity(
        Optional.ofNullable(section.get("aws_access_key_id")),
        Optional.ofNullable(section.get("aws_secret_access_key")),
        Optional.ofNullable(section.get("aws_session_token")));
  }

  private static Optional<AwsCredentialsIdentity> identity(
      Optional<String> id, Optional<String> secret, Optional<String> token) {
    if (id.isEmpty() || secret.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        token.isPresent()
            ? AwsSessionCredentialsIdentity.create(id.get(), secret.get(), token.get())
            : AwsCredentialsIdentity.create(id.get(), secret.get()));
  }

  private static Map<String, String> section(Path file, String name) {
    Map<String, String> values = new HashMap<>();
    if (!Files.isRegularFile(file)) {
      return values;
    }
    try {
      String current = "";
      for (String line : Files.readAllLines(file)) {
        String text = line.strip();
        if (text.startsWith("[") && text.endsWith("]")) {
          current = text.substring(1, text.length() - 1).strip();
        } else if (current.equals(name) && text.contains("=") && !text.startsWith("#")) {
          String[] parts = text.split("=", 2);
          values.put(parts[0].strip(), parts[1].strip());
        }
      }
      return values;
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.USAGE,
          "can't read the credentials for s3",
          file.toString(),
          Storage.reason(e),
          "make it readable, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
  }

  @Override
  public String toString() {
    return "S3Credentials[" + (identity.isPresent() ? "***" : "none") + ", " + region + "]";
  }
}
