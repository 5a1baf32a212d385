package io.kubetune.cli.data.format;

import dev.hardwood.InputFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A Parquet file's bytes, read as they are asked for.
///
/// The library's own way maps the file: every page that was read then counts as this process's
/// memory, half a gigabyte for a file of that size.
///
/// ```
/// ParquetFileReader.open(new ParquetBytes(path));
/// ```
final class ParquetBytes implements InputFile {
  private final Path path;
  private FileChannel channel;

  ParquetBytes(Path path) {
    this.path = path;
  }

  @Override
  public void open() throws IOException {
    if (channel == null) {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    }
  }

  @Override
  public ByteBuffer readRange(long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw new EOFException("ends before byte " + (offset + length));
      }
    }
    return bytes.flip();
  }

  @Override
  public long length() throws IOException {
    return channel.size();
  }

  @Override
  public String name() {
    return path.getFileName().toString();
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
