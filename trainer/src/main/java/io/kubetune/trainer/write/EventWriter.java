package io.kubetune.trainer.write;

import io.kubetune.contract.Event;
import io.kubetune.contract.EventLine;
import io.kubetune.contract.TimedEvent;
import io.kubetune.trainer.files.StorageFailure;
import io.kubetune.trainer.files.WholeFile;
import io.kubetune.trainer.train.EventSink;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Events as lines on stdout and, once the run has its folder, in `events.jsonl`: each line out
/// before the next thing happens.
///
/// ```
/// try (var events = new EventWriter(System.out)) {
///   events.openFile(outputDir.resolve(RunFiles.EVENTS), 0);
///   events.emit(started);
/// }
/// ```
public final class EventWriter implements EventSink, AutoCloseable {
  private static final String CHECKPOINTED = "{\"event\":\"checkpointed\"";

  private final PrintStream out;
  private Path path;
  private FileChannel file;
  private long length;

  /// @param out stdout; a reader that has gone away stops nothing
  public EventWriter(PrintStream out) {
    this.out = out;
  }

  /// Goes on with a file, from the given length on: what a killed process wrote behind its last
  /// checkpoint is cut off, for it will happen again.
  ///
  /// @param keepBytes length when the checkpoint was made; the line that tells of it may follow
  public void openFile(Path events, long keepBytes) {
    path = events;
    try {
      file =
          FileChannel.open(
              events, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      length = lengthToKeep(keepBytes);
      file.truncate(length);
    } catch (IOException e) {
      throw StorageFailure.of("can't write the run's events", events, e);
    }
  }

  private long lengthToKeep(long keepBytes) throws IOException {
    long size = file.size();
    if (keepBytes >= size) {
      return size;
    }
    ByteBuffer next = ByteBuffer.allocate((int) Math.min(size - keepBytes, 1 << 10));
    file.read(next, keepBytes);
    String text = new String(next.array(), 0, next.position(), StandardCharsets.UTF_8);
    int end = text.indexOf('\n');
    boolean tells = keepBytes > 0 && text.startsWith(CHECKPOINTED) && end >= 0;
    return tells ? keepBytes + end + 1 : keepBytes;
  }

  @Override
  public void emit(Event event) {
    String line = EventLine.write(TimedEvent.now(event)) + "\n";
    out.print(line);
    out.flush();
    if (file == null) {
      return;
    }
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(line);
    int count = bytes.remaining();
    try {
      file.position(length);
      WholeFile.writeAll(file, bytes);
      length += count;
    } catch (IOException e) {
      removeHalfALine();
      throw StorageFailure.of("can't write the run's events", path, e);
    }
  }

  private void removeHalfALine() {
    try {
      file.truncate(length);
    } catch (IOException e) {
      // A reader passes over a line that is cut short; the failure to report is the first one.
    }
  }

  @Override
  public long sync() {
    try {
      if (file != null) {
        file.force(false);
      }
      return length;
    } catch (IOException e) {
      throw StorageFailure.of("can't write the run's events", path, e);
    }
  }

  @Override
  public void close() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw StorageFailure.of("can't write the run's events", path, e);
      }
    }
  }
}
