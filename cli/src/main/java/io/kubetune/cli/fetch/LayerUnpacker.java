package io.kubetune.cli.fetch;

import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Unpacks one layer into a folder of ours: regular files and folders only, every path checked,
/// every byte counted before it is written.
///
/// ```
/// new LayerUnpacker(staging, path -> true, place).unpack(layer, stream, diffId);
/// ```
///
/// @param wanted which entries are unpacked; the others are only checked for their path
record LayerUnpacker(Path folder, Predicate<SafePath> wanted, String place) {
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int ZSTD_MAGIC = 0x28b5;

  /// OCI image spec, "Whiteouts": an entry of this name removes one of an earlier layer.
  private static final String WHITEOUT = ".wh.";

  private static final String OPAQUE = ".wh..wh..opq";

  /// @param compressed the layer's bytes, which fail at their end where they are not the
  ///   descriptor's; closed by the caller
  /// @param diffId the digest that the tar must have, where the image states one
  void unpack(Descriptor layer, InputStream compressed, Optional<Digest> diffId)
      throws IOException {
    BufferedInputStream stored = new BufferedInputStream(compressed, 1 << 16);
    try {
      TarBytes tar =
          new TarBytes(decompressed(stored), UnpackBudget.of(layer.sizeBytes(), folder, place));
      entries(tar);
      tar.expectContent();
      tar.transferTo(OutputStream.nullOutputStream());
      stored.transferTo(OutputStream.nullOutputStream());
      Digest found = tar.digest();
      if (diffId.filter(expected -> !expected.equals(found)).isPresent()) {
        throw damaged("a layer that unpacks to " + found + " and not to " + diffId.get());
      }
    } catch (TarBytes.Damaged e) {
      // A wrong digest explains a damaged archive better, and is found by reading to the end.
      stored.transferTo(OutputStream.nullOutputStream());
      throw damaged("a layer that is cut or no archive (" + e.getMessage() + ")");
    }
  }

  /// By the first bytes, because media types are not always true.
  private InputStream decompressed(BufferedInputStream in) throws IOException {
    in.mark(2);
    int magic = in.read() << 8 | in.read();
    in.reset();
    if (magic == ZSTD_MAGIC) {
      throw new TuneException(
          ExitCode.NOT_SUPPORTED,
          "can't unpack the image",
          place,
          "a layer packed by zstd",
          "push it again with gzip");
    }
    try {
      return magic == GZIP_MAGIC ? new GZIPInputStream(in, 1 << 16) : in;
    } catch (IOException e) {
      throw new TarBytes.Damaged(e.getMessage(), e);
    }
  }

  private void entries(TarBytes tar) throws IOException {
    TarArchiveInputStream entries = new TarArchiveInputStream(tar, "UTF-8");
    Set<String> seen = new HashSet<>();
    while (true) {
      Optional<TarArchiveEntry> next = next(entries, tar);
      if (next.isEmpty()) {
        return;
      }
      TarArchiveEntry entry = next.get();
      SafePath path = SafePath.parse(entry.getName(), place);
      tar.requireRoom(entry.getSize());
      if (path.isEmpty() || !wanted.test(path)) {
        copy(entries, entry, OutputStream.nullOutputStream());
      } else if (path.last().startsWith(WHITEOUT)) {
        whiteOut(path);
      } else if (entry.isDirectory()) {
        Files.createDirectories(below(path));
      } else {
        requireRegular(entry);
        if (!seen.add(path.toString())) {
          throw SafePath.unsafe(entry.getName(), place, "there twice");
        }
        write(entries, entry, below(path));
      }
    }
  }

  private static Optional<TarArchiveEntry> next(TarArchiveInputStream entries, TarBytes tar)
      throws IOException {
    tar.expectHeader();
    try {
      return Optional.ofNullable(entries.getNextEntry());
    } catch (IOException | IllegalArgumentException e) {
      throw new TarBytes.Damaged(e.getMessage(), e);
    } finally {
      tar.expectContent();
    }
  }

  private void requireRegular(TarArchiveEntry entry) {
    String kind =
        entry.isSymbolicLink()
            ? "a symbolic link"
            : entry.isLink()
                ? "a hard link"
                : entry.isCharacterDevice() || entry.isBlockDevice()
                    ? "a device"
                    : entry.isFIFO() ? "a pipe" : entry.isFile() ? "" : "of an unknown kind";
    if (!kind.isEmpty() || entry.isSparse()) {
      throw SafePath.unsafe(entry.getName(), place, kind.isEmpty() ? "a sparse file" : kind);
    }
  }

  private static void write(InputStream in, TarArchiveEntry entry, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.deleteIfExists(file);
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
      copy(in, entry, out);
    }
  }

  private static void copy(InputStream in, TarArchiveEntry entry, OutputStream out)
      throws IOException {
    byte[] buffer = new byte[1 << 16];
    long copied = 0;
    for (int count; (count = read(in, buffer)) > 0; copied += count) {
      out.write(buffer, 0, count);
    }
    if (copied != entry.getSize()) {
      throw new TarBytes.Damaged(entry.getName() + " ends after " + copied + " bytes", null);
    }
  }

  private static int read(InputStream in, byte[] buffer) throws IOException {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw new TarBytes.Damaged(e.getMessage(), e);
    }
  }

  private void whiteOut(SafePath path) throws IOException {
    Path parent = below(path).getParent();
    if (path.last().equals(OPAQUE)) {
      Folders.deleteContents(parent);
    } else {
      String name = path.last().substring(WHITEOUT.length());
      if (!SafePath.parse(name, place).isEmpty()) {
        Folders.delete(parent.resolve(name));
      }
    }
  }

  /// The folder is ours alone and no link is ever written into it, so no part of the way is one.
  private Path below(SafePath path) {
    Path parent = folder;
    for (String each : path.segments().subList(0, path.segments().size() - 1)) {
      parent = parent.resolve(each);
      if (Files.exists(parent, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(parent)) {
        throw SafePath.unsafe(path.toString(), place, "below a file");
      }
    }
    return parent.resolve(path.last());
  }

  private TuneException damaged(String found) {
    return new TuneException(
        ExitCode.REGISTRY,
        "can't unpack the image",
        place,
        found,
        "pull again; if it stays so, the image was built wrongly");
  }
}
