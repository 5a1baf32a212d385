package io.kubetune.cli.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Contents that were pulled once, by their digest; what broke off is kept and gone on with.
///
/// A cache that can't be written costs time and never a pull.
///
/// ```
/// Optional<InputStream> known = new BlobCache(folder).open(layer);
/// ```
public record BlobCache(Path folder) {
  /// What stays when newer contents come; the least recently used go first.
  private static final long KEPT_BYTES = 10L << 30;

  private static final Duration PARTIAL_KEPT = Duration.ofDays(7);
  private static final String PARTIAL = ".partial";

  /// The whole content, unchecked.
  Optional<InputStream> open(Descriptor content) {
    Path file = file(content);
    try {
      if (Files.size(file) != content.sizeBytes()) {
        return Optional.empty();
      }
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      return Optional.of(Files.newInputStream(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// A place to write the content to while it is read, with what an earlier pull left there; empty
  /// where another process is at it.
  Optional<Partial> partial(Descriptor content) {
    FileChannel channel = null;
    try {
      Files.createDirectories(folder);
      Path file = folder.resolve(content.digest().hex() + PARTIAL);
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(new Partial(this, content, file, channel));
      }
      channel.close();
    } catch (IOException | OverlappingFileLockException e) {
      closeQuietly(channel);
    }
    return Optional.empty();
  }

  /// A small content, checked.
  Optional<byte[]> read(Digest digest) {
    try {
      return Optional.of(Files.readAllBytes(folder.resolve(digest.hex())))
          .filter(bytes -> Digest.of(bytes).equals(digest));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void write(Digest digest, byte[] bytes) {
    try {
      Files.createDirectories(folder);
      Path aside = Files.createTempFile(folder, digest.hex(), PARTIAL);
      Files.write(aside, bytes);
      Files.move(aside, folder.resolve(digest.hex()), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      return; // Asked for again, next time.
    }
  }

  /// A content of which some first bytes are there; closing gives it free for others.
  record Partial(BlobCache cache, Descriptor content, Path file, FileChannel channel) {
    /// It is whole and right.
    void keep() throws IOException {
      Files.move(file, cache.file(content), StandardCopyOption.ATOMIC_MOVE);
      cache.evict();
    }

    /// It is wrong, or the disk refuses it.
    void discard() {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        return; // Its digest is checked each time; it harms nobody.
      }
    }
  }

  /// Forgets a content that was found damaged.
  void remove(Descriptor content) {
    try {
      Files.deleteIfExists(file(content));
    } catch (IOException e) {
      return; // Its digest is checked each time; it harms nobody.
    }
  }

  private Path file(Descriptor content) {
    return folder.resolve(content.digest().hex());
  }

  private void evict() throws IOException {
    record Entry(Path file, long bytes, Instant used) {}
    List<Entry> entries = new ArrayList<>();
    Instant stale = Instant.now().minus(PARTIAL_KEPT);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path each : files.toList()) {
        BasicFileAttributes found;
        try {
          found = Files.readAttributes(each, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
          continue; // Renamed since: other contents come at the same time.
        }
        Instant used = found.lastModifiedTime().toInstant();
        if (!each.toString().endsWith(PARTIAL)) {
          entries.add(new Entry(each, found.size(), used));
        } else if (used.isBefore(stale)) {
          Files.deleteIfExists(each);
        }
      }
    }
    entries.sort(Comparator.comparing(Entry::used).reversed());
    long bytes = 0;
    for (Entry each : entries) {
      bytes += each.bytes();
      if (bytes > KEPT_BYTES) {
        Files.deleteIfExists(each.file());
      }
    }
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      return; // Nothing was written to it.
    }
  }
}
