package io.kubetune.cli.source;

import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;

/// What has arrived of a file, beside its place, with the ETag that says of which version; renamed
/// when it is whole.
///
/// A failing disk is told as STORAGE here, so that it is never taken for a failing network.
final class PartialFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path target;
  private final Path partial;
  private final Path etagFile;
  private final FileChannel channel;
  private MessageDigest sum = Digest.algorithm();
  private long sizeBytes;
  private boolean unpublished;
  private boolean inherited;

  PartialFile(Path target) {
    this.target = target;
    this.partial = target.resolveSibling("." + target.getFileName() + ".partial");
    this.etagFile = target.resolveSibling("." + target.getFileName() + ".etag");
    try {
      Files.createDirectories(target.getParent());
      this.channel =
          FileChannel.open(
              partial,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      while (channel.read(buffer) > 0) {
        sum.update(buffer.flip());
        buffer.clear();
      }
      sizeBytes = channel.position();
      inherited = sizeBytes > 0;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /// Whether it begins with what another process, or an earlier call, has loaded.
  boolean isInherited() {
    return inherited;
  }

  /// Of which version the bytes are.
  Optional<String> etag() {
    return read(etagFile);
  }

  /// Notes the version before its first byte is kept.
  void startsAs(Optional<String> etag) {
    restart();
    unpublished = true;
    try {
      if (etag.isPresent()) {
        Files.writeString(etagFile, etag.get());
      } else {
        Files.deleteIfExists(etagFile);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void restart() {
    try {
      channel.truncate(0);
      channel.position(0);
      sizeBytes = 0;
      inherited = false;
      sum = Digest.algorithm();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void append(byte[] bytes, int count) {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      sum.update(bytes, 0, count);
      sizeBytes += count;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Says before anything is loaded that it would not fit.
  ///
  /// @throws TuneException STORAGE
  void needs(long moreBytes) {
    Space.require(target.getParent(), moreBytes);
  }

  Digest sha256() {
    try {
      return Digest.of((MessageDigest) sum.clone());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("every Java platform's SHA-256 can be copied", e);
    }
  }

  Path path() {
    return partial;
  }

  /// Puts the whole file into its place; what is there before is replaced.
  void publish() {
    try {
      channel.force(true);
      channel.close();
      Files.move(
          partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      unpublished = false;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Throws away what is not what it should be.
  void discard() {
    try {
      channel.close();
      Files.deleteIfExists(partial);
      Files.deleteIfExists(etagFile);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// The ETag that a whole file was published under.
  static Optional<String> etagOf(Path target) {
    return read(target.resolveSibling("." + target.getFileName() + ".etag"));
  }

  private static Optional<String> read(Path etagFile) {
    try {
      return Files.exists(etagFile)
          ? Optional.of(Files.readString(etagFile).strip()).filter(text -> !text.isEmpty())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private TuneException failed(IOException e) {
    return Storage.failed("can't write " + target, partial.toString(), e);
  }

  @Override
  public void close() {
    try {
      channel.close();
      if (sizeBytes == 0) {
        Files.deleteIfExists(partial);
        if (unpublished) {
          // It names a version of which nothing is here.
          Files.deleteIfExists(etagFile);
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Room on a disk.
  static final class Space {
    private Space() {}

    static void require(Path folder, long bytes) {
      long usable;
      try {
        Files.createDirectories(folder);
        usable = Files.getFileStore(folder).getUsableSpace();
      } catch (IOException e) {
        throw Storage.failed("can't write to " + folder, folder.toString(), e);
      }
      if (usable < bytes) {
        throw new TuneException(
            ExitCode.STORAGE,
            "can't download to " + folder,
            folder.toString(),
            "%,d bytes are free, %,d are needed".formatted(usable, bytes),
            "free some space, or name a folder on another disk");
      }
    }
  }
}
