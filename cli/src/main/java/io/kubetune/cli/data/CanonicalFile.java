package io.kubetune.cli.data;

import io.kubetune.cli.data.ShapedBatch.ShapedRow;
import io.kubetune.cli.registry.Digest;
import io.kubetune.contract.DataManifest.DataFile;
import io.kubetune.contract.DataManifest.Origin;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;

/// One file of canonical rows while it is written.
///
/// ```
/// CanonicalFile train = folder.file("train.jsonl");
/// train.append(batch);
/// ```
public final class CanonicalFile implements AutoCloseable {
  private final String name;
  private final FileChannel channel;
  private final OutputStream out;
  private final MessageDigest digest = Digest.algorithm();
  private final Origins origins = new Origins();
  private long rows;
  private long bytes;

  CanonicalFile(Path folder, String name) throws IOException {
    this.name = name;
    channel =
        FileChannel.open(
            folder.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
  }

  /// All rows of a batch.
  public void append(ShapedBatch batch) throws IOException {
    for (ShapedRow row : batch.rows()) {
      origins.add(row.place());
    }
    rows += batch.rows().size();
    write(batch.canonical(), 0, batch.canonical().length);
  }

  /// One row of a batch.
  ///
  /// @param from where the row begins in `canonical`
  public void append(ShapedRow row, byte[] canonical, int from) throws IOException {
    origins.add(row.place());
    rows++;
    write(canonical, from, row.bytes());
  }

  private void write(byte[] canonical, int from, int length) throws IOException {
    out.write(canonical, from, length);
    digest.update(canonical, from, length);
    bytes += length;
  }

  public long rows() {
    return rows;
  }

  /// Where the rows were found.
  public List<Origin> origins() {
    return origins.runs();
  }

  /// Puts everything on the disk; nothing can be appended after.
  DataFile finish() throws IOException {
    out.flush();
    channel.force(true);
    return new DataFile(name, rows, bytes, Digest.of(digest).hex());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
