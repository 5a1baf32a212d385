package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;
import java.util.SortedMap;

/// SHA-256 of files, alone and together.
///
/// ```
/// Digests.together(new TreeMap<>(Map.of("config.json", digest)))
/// ```
final class Digests {
  private Digests() {}

  static Digest of(Path file) throws IOException {
    MessageDigest sum = Digest.algorithm();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sum.update(buffer, 0, count);
      }
    }
    return Digest.of(sum);
  }

  /// Of the lines that sha256sum prints.
  ///
  /// @param files path below the root, with slashes, to digest
  static Digest together(SortedMap<String, Digest> files) {
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<String, Digest> each : files.entrySet()) {
      lines.append(each.getValue().hex()).append("  ").append(each.getKey()).append('\n');
    }
    return Digest.of(lines.toString().getBytes(StandardCharsets.UTF_8));
  }
}
