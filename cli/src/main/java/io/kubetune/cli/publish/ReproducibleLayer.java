package io.kubetune.cli.publish;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.image.ReproducibleLayerBuilder;
import com.google.common.collect.ImmutableList;
import io.kubetune.cli.registry.BlobContent;
import io.kubetune.cli.registry.Descriptor;
import io.kubetune.cli.registry.Digest;
import io.kubetune.cli.registry.ImageManifest;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Files as one layer of an image, whose bytes depend on the files' names and contents and on
/// nothing else: Jib builds the tar, sorted, without owners and with one time for all.
///
/// ```
/// ReproducibleLayer.measure(Map.of("/data/rows.jsonl", file)).descriptor().digest();
/// ```
///
/// @param diffId digest of the tar before gzip, which the image's config lists
public record ReproducibleLayer(
    Map<String, Path> files, Descriptor descriptor, Digest diffId, List<FileState> states)
    implements BlobContent {
  /// Jib's choice too: some tools take time 0 for "none".
  static final Instant FILE_TIME = Instant.ofEpochSecond(1);

  private static final FilePermissions READABLE = FilePermissions.fromOctalString("644");

  /// What tells that a file was written to between two readings.
  record FileState(Path file, long sizeBytes, FileTime modified) {
    static FileState of(Path file) throws IOException {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      if (!found.isRegularFile()) {
        throw new IOException(file + " is not a regular file");
      }
      return new FileState(file, found.size(), found.lastModifiedTime());
    }
  }

  /// Reads all files once to learn the layer's digest and size.
  ///
  /// @param files by their absolute path in the image
  static ReproducibleLayer measure(Map<String, Path> files) throws IOException {
    Map<String, Path> sorted = new TreeMap<>(files);
    List<FileState> states = new ArrayList<>();
    for (Path file : sorted.values()) {
      states.add(FileState.of(file));
    }
    MessageDigest layer = Digest.algorithm();
    Counter counter = new Counter(new DigestOutputStream(OutputStream.nullOutputStream(), layer));
    Digest diffId = write(sorted, counter);
    requireUnchanged(states);
    Descriptor descriptor =
        new Descriptor(ImageManifest.OCI_LAYER, Digest.of(layer), counter.bytes);
    return new ReproducibleLayer(sorted, descriptor, diffId, states);
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    requireUnchanged(states);
    write(files, out);
    requireUnchanged(states);
  }

  /// Returns the digest of the tar.
  private static Digest write(Map<String, Path> files, OutputStream out) throws IOException {
    ImmutableList.Builder<FileEntry> entries = ImmutableList.builder();
    files.forEach((name, file) ->
        entries.add(new FileEntry(file, AbsoluteUnixPath.get(name), READABLE, FILE_TIME)));
    try (StoredGzip gzip = new StoredGzip(out)) {
      DigestOutputStream tar = new DigestOutputStream(gzip, Digest.algorithm());
      new ReproducibleLayerBuilder(entries.build()).build().writeTo(tar);
      return Digest.of(tar.getMessageDigest());
    }
  }

  private static void requireUnchanged(List<FileState> states) throws IOException {
    for (FileState before : states) {
      if (!FileState.of(before.file()).equals(before)) {
        throw new IOException(before.file() + " changed while it was packaged");
      }
    }
  }

  private static final class Counter extends FilterOutputStream {
    private long bytes;

    Counter(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] chunk, int offset, int length) throws IOException {
      out.write(chunk, offset, length);
      bytes += length;
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      bytes++;
    }
  }
}
