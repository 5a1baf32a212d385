package io.kubetune.trainer.data;

import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.DataFile;
import io.kubetune.contract.DataManifest.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Writes folders of canonical rows for tests.
final class RowFolder {
  private RowFolder() {}

  static Path of(Path folder, Shape shape, String... lines) throws IOException {
    return of(folder, shape, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static Path of(Path folder, Shape shape, byte[] bytes) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve(DataManifest.TRAIN), bytes);
    long rows = 0;
    for (byte each : bytes) {
      rows += each == '\n' ? 1 : 0;
    }
    DataFile file = new DataFile(DataManifest.TRAIN, rows, bytes.length, sha256(bytes));
    manifest(folder, shape, file);
    return folder;
  }

  static void manifest(Path folder, Shape shape, DataFile file) throws IOException {
    DataManifest manifest =
        new DataManifest(shape, List.of(file), "test rows", Map.of(), List.of());
    Files.writeString(folder.resolve(DataManifest.FILE_NAME), manifest.toJson());
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
