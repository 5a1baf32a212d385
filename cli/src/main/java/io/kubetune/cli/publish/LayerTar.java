package io.kubetune.cli.publish;

import io.kubetune.cli.publish.LayerFiles.FileState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Writes the tar that Jib's `ReproducibleLayerBuilder` writes, byte for byte (a test holds the two
/// together), at twice the speed: commons-compress, on which both stand, passes contents on in
/// records of 512 bytes, so here it makes the headers alone.
///
/// ```
/// LayerTar.write(states, out);
/// ```
final class LayerTar {
  private static final int RECORD_BYTES = 512;
  private static final int FILE_MODE = 0100644;

  /// Jib's choice too: some tools take time 0 for "none".
  private static final FileTime FILE_TIME = FileTime.fromMillis(1000);

  private LayerTar() {}

  static void write(Iterable<FileState> states, OutputStream out) throws IOException {
    byte[] buffer = new byte[1 << 16]; // one for all: there may be very many small files
    for (Map.Entry<String, FileState> each : entries(states).entrySet()) {
      if (each.getKey().endsWith("/")) {
        out.write(header(new TarArchiveEntry(each.getKey())));
      } else {
        TarArchiveEntry entry = new TarArchiveEntry(each.getKey());
        entry.setSize(each.getValue().sizeBytes());
        entry.setMode(FILE_MODE);
        out.write(header(entry));
        copy(each.getValue(), buffer, out);
      }
    }
    out.write(new byte[2 * RECORD_BYTES]); // the end, by POSIX
  }

  /// Files and the folders above them, by their names in the archive; folders end in a slash.
  private static Map<String, FileState> entries(Iterable<FileState> states) {
    Map<String, FileState> entries = new TreeMap<>();
    for (FileState each : states) {
      String name = each.name().substring(1);
      entries.put(name, each);
      for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
        entries.put(name.substring(0, slash + 1), each);
      }
    }
    return entries;
  }

  private static byte[] header(TarArchiveEntry entry) throws IOException {
    entry.setLastModifiedTime(FILE_TIME);
    entry.setLastAccessTime(FILE_TIME);
    entry.setStatusChangeTime(FILE_TIME);
    entry.setCreationTime(FILE_TIME);
    entry.setUserId(0);
    entry.setGroupId(0);
    entry.setUserName("");
    entry.setGroupName("");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(RECORD_BYTES);
    // Not closed: that would end the archive.
    @SuppressWarnings("resource")
    TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.putArchiveEntry(entry);
    return bytes.toByteArray();
  }

  private static void copy(FileState file, byte[] buffer, OutputStream out) throws IOException {
    long copied = 0;
    try (InputStream in = Files.newInputStream(file.file())) {
      for (int count; (count = in.read(buffer)) > 0; copied += count) {
        out.write(buffer, 0, count);
      }
    }
    if (copied != file.sizeBytes()) {
      throw new IOException(file.file() + " has " + copied + " bytes and not " + file.sizeBytes());
    }
    out.write(new byte[(int) (-copied & (RECORD_BYTES - 1))]);
  }
}
