package io.kubetune.cli.watch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/// The whole lines that were added to a file since the last look; a line still being written waits
/// for its end.
///
/// A file that got shorter (a trainer that resumes drops what came after its checkpoint) is read on
/// from its new end; a file that was replaced is read from its start.
///
/// ```
/// LineTail tail = new LineTail(run.eventsFile());
/// tail.poll().forEach(out::println);
/// ```
public final class LineTail {
  /// What one look reads at most, so that a long history does not fill the memory.
  private static final int MOST_BYTES = 1 << 20;

  private final Path file;
  private final ByteArrayOutputStream torn = new ByteArrayOutputStream();
  private long offset;
  private Object identity = "";

  public LineTail(Path file) {
    this.file = file;
  }

  /// @return new lines without their ends, oldest first; empty where there are none, or no file
  ///   yet. Up to a mebibyte at a time: an empty list, not a short one, says that all was read.
  public List<String> poll() throws IOException {
    List<String> lines = new ArrayList<>();
    while (lines.isEmpty()) {
      byte[] added = read();
      if (added.length == 0) {
        break;
      }
      split(added, lines);
    }
    return lines;
  }

  private byte[] read() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      Object key = now.fileKey() == null ? "" : now.fileKey();
      if (!key.equals(identity)) {
        identity = key;
        offset = 0;
        torn.reset();
      }
      long size = channel.size();
      if (size < offset) {
        offset = size;
        torn.reset();
      }
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(MOST_BYTES, size - offset));
      while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {
        // Reads on until the buffer is full or the file ends.
      }
      offset += buffer.position();
      return java.util.Arrays.copyOf(buffer.array(), buffer.position());
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }

  private void split(byte[] added, List<String> lines) {
    int start = 0;
    for (int i = 0; i < added.length; i++) {
      if (added[i] == '\n') {
        torn.write(added, start, i - start);
        lines.add(torn.toString(StandardCharsets.UTF_8));
        torn.reset();
        start = i + 1;
      }
    }
    torn.write(added, start, added.length - start);
  }
}
