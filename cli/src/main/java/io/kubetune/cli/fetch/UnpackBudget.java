package io.kubetune.cli.fetch;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/// Bounds what a layer may unpack to, so that a small download fills neither disk nor memory.
///
/// ```
/// var budget = UnpackBudget.of(layer.sizeBytes(), staging, place);
/// budget.requireRoom(entry.getSize());
/// budget.count(bytesRead);
/// ```
final class UnpackBudget {
  /// Real data sets of text pack 20 to 1 at most; deflate's own limit is 1032 to 1.
  private static final long LARGEST_RATIO = 100;

  /// Small images may hold long zero blocks.
  private static final long ALWAYS_ALLOWED_BYTES = 16L << 20;

  /// Every entry takes 512 bytes at least, yet its inode may take more.
  private static final int MOST_ENTRIES = 2_000_000;

  /// Asking the disk takes longer than writing a small file, and it says by itself that it is full.
  private static final long WORTH_ASKING_BYTES = 1 << 20;

  private static final int ENTRIES_BETWEEN = 1000;

  private final long compressedBytes;
  private final long allowedBytes;
  private final FileStore store;
  private final Path folder;
  private final String place;
  private long plainBytes;
  private int entries;

  private UnpackBudget(long compressedBytes, FileStore store, Path folder, String place) {
    this.compressedBytes = compressedBytes;
    this.allowedBytes = ALWAYS_ALLOWED_BYTES + LARGEST_RATIO * compressedBytes;
    this.store = store;
    this.folder = folder;
    this.place = place;
  }

  /// @param compressedBytes of the layer as it is stored
  static UnpackBudget of(long compressedBytes, Path staging, String place) throws IOException {
    return new UnpackBudget(compressedBytes, Files.getFileStore(staging), staging, place);
  }

  /// Before an entry's first byte is written: what it claims must be allowed, and fit the disk.
  void requireRoom(long entryBytes) throws IOException {
    entries++;
    if (entryBytes < 0 || entryBytes > allowedBytes - plainBytes || entries > MOST_ENTRIES) {
      throw bomb(entryBytes);
    }
    boolean asks = entryBytes >= WORTH_ASKING_BYTES || entries % ENTRIES_BETWEEN == 0;
    if (asks && entryBytes > store.getUsableSpace()) {
      throw new TuneException(
          ExitCode.STORAGE,
          "can't unpack the image " + place,
          folder.toString(),
          "the next file needs %,d bytes and its disk has %,d left"
              .formatted(entryBytes, store.getUsableSpace()),
          "free some space, or name a folder on another disk, then run it again");
    }
  }

  /// Counts bytes as they come out of the archive, headers and padding too.
  void count(long bytes) {
    plainBytes += bytes;
    if (plainBytes > allowedBytes) {
      throw bomb(0);
    }
  }

  private TuneException bomb(long more) {
    return new TuneException(
        ExitCode.REGISTRY,
        "won't unpack the image",
        place,
        "a layer of %,d bytes unpacks to %,d bytes in %,d entries or more"
            .formatted(compressedBytes, plainBytes + Math.max(0, more), entries),
        "nothing was written; ask who built the image");
  }
}
