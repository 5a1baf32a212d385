package io.kubetune.cli.registry;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// The name of a content: the SHA-256 of its bytes, as OCI writes it.
///
/// ```
/// Digest.of("{}".getBytes(UTF_8)); // sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
/// ```
///
/// @param hex 64 lower-case hexadecimal digits
public record Digest(String hex) {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  public Digest {
    if (!HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException("not 64 lower-case hexadecimal digits: " + hex);
    }
  }

  /// Reads `sha256:…`; empty for anything else (other algorithms are registered, none is in use).
  public static Optional<Digest> parse(String text) {
    if (text == null || !text.startsWith("sha256:")) {
      return Optional.empty();
    }
    String hex = text.substring("sha256:".length());
    return HEX.matcher(hex).matches() ? Optional.of(new Digest(hex)) : Optional.empty();
  }

  public static Digest of(byte[] content) {
    return ofSum(algorithm().digest(content));
  }

  /// Ends a digest that was fed by hand.
  public static Digest of(MessageDigest fed) {
    return ofSum(fed.digest());
  }

  private static Digest ofSum(byte[] sum) {
    return new Digest(HexFormat.of().formatHex(sum));
  }

  /// A fresh SHA-256, the fastest that there is.
  public static MessageDigest algorithm() {
    if (LinkedSha256.LINKED) {
      return new LinkedSha256();
    }
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "sha256:" + hex;
  }
}
