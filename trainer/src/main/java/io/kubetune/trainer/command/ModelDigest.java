package io.kubetune.trainer.command;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// Tells one base model from another without reading all of it: SHA-256 over `config.json`, and
/// over name, size, first and last mebibyte of every safetensors file.
///
/// ```
/// String digest = ModelDigest.of(modelFolder);
/// ```
final class ModelDigest {
  private static final int SAMPLE_BYTES = 1 << 20;

  private ModelDigest() {}

  /// @return hex
  static String of(Path folder) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(Files.readAllBytes(folder.resolve("config.json")));
      List<Path> weights;
      try (Stream<Path> files = Files.list(folder)) {
        weights = files.filter(each -> each.toString().endsWith(".safetensors")).sorted().toList();
      }
      for (Path each : weights) {
        long size = Files.size(each);
        digest.update((each.getFileName() + " " + size + "\n").getBytes(StandardCharsets.UTF_8));
        try (FileChannel file = FileChannel.open(each)) {
          digest.update(sample(file, 0));
          digest.update(sample(file, Math.max(0, size - SAMPLE_BYTES)));
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new TuneException(
          ExitCode.BAD_MODEL,
          "can't read the base model",
          folder.toString(),
          String.valueOf(e.getMessage()),
          "check ModelConfig.pretrained_model_name_or_path",
          e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static ByteBuffer sample(FileChannel file, long from) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SAMPLE_BYTES);
    long at = from;
    while (bytes.hasRemaining()) {
      int read = file.read(bytes, at);
      if (read < 0) {
        break;
      }
      at += read;
    }
    return bytes.flip();
  }
}
