package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/// What is known of a file before it arrives; what is empty is not checked.
///
/// @param gitBlob the hub's name for a small file: SHA-1 of `blob SIZE\0` and the content, as git
///   names it
record Expected(OptionalLong sizeBytes, Optional<Digest> sha256, Optional<String> gitBlob) {
  static final Expected NOTHING =
      new Expected(OptionalLong.empty(), Optional.empty(), Optional.empty());

  static Expected sha256(Optional<Digest> sha256) {
    return new Expected(OptionalLong.empty(), sha256, Optional.empty());
  }

  static Expected size(long bytes) {
    return new Expected(OptionalLong.of(bytes), Optional.empty(), Optional.empty());
  }

  /// What is different, in words; empty where nothing is.
  Optional<String> differs(long arrivedBytes, Digest arrived, Path file) throws IOException {
    if (sizeBytes.isPresent() && sizeBytes.getAsLong() != arrivedBytes) {
      return Optional.of(
          "%,d bytes arrived, %,d were announced".formatted(arrivedBytes, sizeBytes.getAsLong()));
    }
    if (sha256.isPresent() && !sha256.get().equals(arrived)) {
      return Optional.of("its digest is " + arrived + ", it should be " + sha256.get());
    }
    if (gitBlob.isPresent()) {
      String sum = gitBlob(arrivedBytes, file);
      if (!gitBlob.get().equals(sum)) {
        return Optional.of("its git name is " + sum + ", it should be " + gitBlob.get());
      }
    }
    return Optional.empty();
  }

  private static String gitBlob(long sizeBytes, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sum = MessageDigest.getInstance("SHA-1");
      sum.update(("blob " + sizeBytes + "\0").getBytes(StandardCharsets.US_ASCII));
      byte[] buffer = new byte[1 << 16];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sum.update(buffer, 0, count);
      }
      return HexFormat.of().formatHex(sum.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
