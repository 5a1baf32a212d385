package io.kubetune.cli.fetch;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/// Bounds what an image may unpack to, so that a small download can't fill the disk.
///
/// ```
/// var budget = UnpackBudget.of(layer.sizeBytes(), staging, place);
/// budget.take(entry.getSize());
/// ```
final class UnpackBudget {
  /// Real data sets of text pack 20 to 1 at most; deflate's own limit is 1032 to 1.
  private static final long LARGEST_RATIO = 100;

  /// Small images may hold long zero blocks.
  private static final long ALWAYS_ALLOWED_BYTES = 16L << 20;

  private static final int MOST_ENTRIES = 2_000_000;

  private final long compressedBytes;
  private final long allowedBytes;
  private final FileStore store;
  private final String place;
  private long takenBytes;
  private int entries;

  private UnpackBudget(long compressedBytes, FileStore store, String place) {
    this.compressedBytes = compressedBytes;
    this.allowedBytes = ALWAYS_ALLOWED_BYTES + LARGEST_RATIO * compressedBytes;
    this.store = store;
    this.place = place;
  }

  /// @param compressedBytes of the layer as it is stored
  static UnpackBudget of(long compressedBytes, Path staging, String place) throws IOException {
    return new UnpackBudget(compressedBytes, Files.getFileStore(staging), place);
  }

  /// Counts an entry of so many bytes before one of them is written.
  void take(long bytes) throws IOException {
    entries++;
    count(bytes);
    if (bytes > store.getUsableSpace()) {
      throw new TuneException(
          ExitCode.STORAGE,
          "can't unpack the image",
          place,
          "the next file needs %,d bytes and the disk has %,d left"
              .formatted(bytes, store.getUsableSpace()),
          "free some space, then run it again");
    }
  }

  /// Counts bytes that are read and not written.
  void takePadding(long bytes) {
    count(bytes);
  }

  private void count(long bytes) {
    takenBytes += bytes;
    if (bytes < 0 || takenBytes < 0 || takenBytes > allowedBytes || entries > MOST_ENTRIES) {
      throw new TuneException(
          ExitCode.REGISTRY,
          "won't unpack the image",
          place,
          "a layer of %,d bytes unpacks to %,d bytes in %,d entries or more"
              .formatted(compressedBytes, takenBytes, entries),
          "nothing was written; ask who built the image");
    }
  }
}
