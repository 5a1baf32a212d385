package io.kubetune.trainer.data;

import io.kubetune.contract.DataManifest;
import io.kubetune.contract.DataManifest.DataFile;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A folder of canonical rows whose files have the length and digest that its manifest states.
///
/// ```
/// CanonicalRows rows = CanonicalRows.open(Path.of("/mnt/data"));
/// EncodedRows train = encoder.encode(rows, DataManifest.TRAIN);
/// ```
public final class CanonicalRows {
  private static final String ATTEMPTED = "can't read the dataset";
  private static final String AGAIN = "make the folder again with kubectl tune data";

  private final Path folder;
  private final DataManifest manifest;

  private CanonicalRows(Path folder, DataManifest manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /// @throws TuneException BAD_DATA where the manifest is missing or does not match the files
  public static CanonicalRows open(Path folder) {
    DataManifest manifest = DataManifest.read(folder);
    CanonicalRows rows = new CanonicalRows(folder, manifest);
    if (manifest.file(DataManifest.TRAIN).isEmpty()) {
      throw bad(folder.resolve(DataManifest.FILE_NAME), "names no " + DataManifest.TRAIN);
    }
    for (DataFile each : manifest.files()) {
      rows.verify(each);
    }
    return rows;
  }

  public DataManifest manifest() {
    return manifest;
  }

  /// Whether there are rows to evaluate on beside those to train on.
  public boolean hasEval() {
    return manifest.file(DataManifest.EVAL).isPresent();
  }

  /// @param name [DataManifest#TRAIN] or [DataManifest#EVAL]
  RowLines lines(String name) {
    DataFile file =
        manifest
            .file(name)
            .orElseThrow(
                () -> bad(folder.resolve(DataManifest.FILE_NAME), "names no file " + name));
    return new RowLines(folder.resolve(name), file.rows());
  }

  private void verify(DataFile stated) {
    Path file = folder.resolve(stated.name());
    if (!stated.name().equals(DataManifest.TRAIN) && !stated.name().equals(DataManifest.EVAL)) {
      throw bad(folder.resolve(DataManifest.FILE_NAME), "names a file of no use: " + stated.name());
    }
    try {
      long bytes = Files.size(file);
      if (bytes != stated.bytes()) {
        throw bad(file, "has " + bytes + " bytes, its manifest says " + stated.bytes());
      }
      if (stated.rows() == 0) {
        throw bad(file, "no rows");
      }
      if (stated.rows() > Integer.MAX_VALUE) {
        throw bad(file, "more than " + Integer.MAX_VALUE + " rows");
      }
      String digest = sha256(file);
      if (!digest.equals(stated.sha256())) {
        throw bad(file, "its SHA-256 is " + digest + ", its manifest says " + stated.sha256());
      }
    } catch (NoSuchFileException e) {
      throw bad(file, "no such file");
    } catch (IOException e) {
      throw bad(file, "can't be read: " + e);
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static TuneException bad(Path place, String found) {
    return new TuneException(ExitCode.BAD_DATA, ATTEMPTED, place.toString(), found, AGAIN);
  }
}
