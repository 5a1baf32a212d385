package io.kubetune.cli.publish;

import io.kubetune.cli.registry.BlobContent;
import io.kubetune.cli.registry.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Files that become one layer, whose bytes depend on the files' names and contents and on nothing
/// else: Jib's layer, sorted, without owners and with one time for all.
///
/// ```
/// LayerFiles files = LayerFiles.of(Map.of("/data/rows.jsonl", file));
/// files.writeTo(out);
/// files.diffId();
/// ```
public final class LayerFiles implements BlobContent {
  /// What tells that a file was written to between two readings. The change time is in it where the
  /// file system has one, because a program can set the modification time and not that. Numbers
  /// alone, for there may be a hundred thousand of them.
  ///
  /// @param name absolute path in the image
  /// @param changedNanos 0 where the file system has none
  /// @param device and inode say which file it is, where the name may be another's by now
  record FileState(
      String name,
      Path file,
      long sizeBytes,
      long modifiedNanos,
      long changedNanos,
      long device,
      long inode) {
    static FileState of(String name, Path file) throws IOException {
      boolean unix = file.getFileSystem().supportedFileAttributeViews().contains("unix");
      Map<String, Object> found =
          Files.readAttributes(
              file,
              unix
                  ? "unix:size,lastModifiedTime,isRegularFile,ctime,ino,dev"
                  : "size,lastModifiedTime,isRegularFile");
      if (!Boolean.TRUE.equals(found.get("isRegularFile"))) {
        throw new IOException(file + " is not a regular file");
      }
      return new FileState(
          name,
          file,
          (Long) found.get("size"),
          nanos(found.get("lastModifiedTime")),
          nanos(found.get("ctime")),
          (Long) found.getOrDefault("dev", 0L),
          (Long) found.getOrDefault("ino", 0L));
    }

    private static long nanos(Object time) {
      return time instanceof FileTime found ? found.to(TimeUnit.NANOSECONDS) : 0;
    }
  }

  private final List<FileState> states;
  private volatile Digest diffId;

  private LayerFiles(List<FileState> states) {
    this.states = List.copyOf(states);
  }

  /// @param files by their absolute path in the image
  public static LayerFiles of(Map<String, Path> files) throws IOException {
    List<FileState> states = new ArrayList<>();
    for (Map.Entry<String, Path> each : new TreeMap<>(files).entrySet()) {
      states.add(FileState.of(each.getKey(), each.getValue()));
    }
    return new LayerFiles(states);
  }

  /// @param states sorted by name
  static LayerFiles of(List<FileState> states) {
    return new LayerFiles(states);
  }

  List<FileState> states() {
    return states;
  }

  /// Of the files alone; the layer has some headers more.
  long fileBytes() {
    return states.stream().mapToLong(FileState::sizeBytes).sum();
  }

  /// The digest of the tar that was written last, which the image's config lists.
  Digest diffId() {
    return diffId;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    requireUnchanged();
    try (StoredGzip gzip = new StoredGzip(out)) {
      DigestOutputStream digested = new DigestOutputStream(gzip, Digest.algorithm());
      LayerTar.write(states, digested);
      diffId = Digest.of(digested.getMessageDigest());
    } catch (IOException e) {
      // A file that grew or shrank breaks the archive; that is the better explanation.
      requireUnchanged();
      throw e;
    }
    requireUnchanged();
  }

  private void requireUnchanged() throws IOException {
    for (FileState before : states) {
      if (!FileState.of(before.name(), before.file()).equals(before)) {
        throw new IOException(before.file() + " changed while it was packaged");
      }
    }
  }
}
