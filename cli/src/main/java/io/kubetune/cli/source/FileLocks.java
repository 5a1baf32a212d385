package io.kubetune.cli.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// One file's lock, among the threads of this process and all processes that share the disk; the
/// kernel takes it back from a process that dies.
///
/// ```
/// try (FileLocks lock = FileLocks.hold(blobs.resolve(etag + ".lock"), owner -> say(owner))) { … }
/// ```
public final class FileLocks implements AutoCloseable {
  /// A file lock belongs to the whole process: its threads take turns here first.
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private static final int LONGEST_NAME = 400;
  private static final String SELF = self();

  private final ReentrantLock thread;
  private final FileChannel channel;

  private FileLocks(ReentrantLock thread, FileChannel channel) {
    this.thread = thread;
    this.channel = channel;
  }

  /// Waits until nobody else holds it.
  ///
  /// @param waiting is told who does, where it is another process: `process 1 on bot-x7k2p`
  public static FileLocks hold(Path file, Consumer<String> waiting) throws IOException {
    Path absolute = file.toAbsolutePath().normalize();
    ReentrantLock thread = THREADS.computeIfAbsent(absolute, _ -> new ReentrantLock());
    thread.lock();
    try {
      Files.createDirectories(absolute.getParent());
      FileChannel channel =
          FileChannel.open(
              absolute,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() == null) {
          waiting.accept(owner(channel));
          channel.lock();
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(SELF.getBytes(StandardCharsets.UTF_8)));
        return new FileLocks(thread, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      thread.unlock();
      throw e;
    }
  }

  /// Who wrote its name into the file; Python's library writes none.
  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(LONGEST_NAME);
    channel.read(text, 0);
    String name = StandardCharsets.UTF_8.decode(text.flip()).toString().strip();
    return name.isEmpty() ? "another process" : name;
  }

  /// In a pod the host's name is the pod's.
  private static String self() {
    String process = "process " + ProcessHandle.current().pid();
    try {
      return process + " on " + Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return process; // no Linux
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      thread.unlock();
    }
  }
}
