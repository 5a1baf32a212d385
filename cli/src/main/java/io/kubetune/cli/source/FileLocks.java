package io.kubetune.cli.source;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// One file's lock, among the threads of this process and all processes that share the disk; the
/// kernel takes it back from a process that dies.
///
/// ```
/// try (FileLocks lock = FileLocks.hold(blobs.resolve(etag + ".lock"))) { … }
/// ```
final class FileLocks implements AutoCloseable {
  /// A file lock belongs to the whole process: its threads take turns here first.
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final ReentrantLock thread;
  private final FileChannel channel;

  private FileLocks(ReentrantLock thread, FileChannel channel) {
    this.thread = thread;
    this.channel = channel;
  }

  /// Waits until nobody else holds it.
  static FileLocks hold(Path file) throws IOException {
    Path absolute = file.toAbsolutePath().normalize();
    ReentrantLock thread = THREADS.computeIfAbsent(absolute, _ -> new ReentrantLock());
    thread.lock();
    try {
      Files.createDirectories(absolute.getParent());
      FileChannel channel =
          FileChannel.open(absolute, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        channel.lock();
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

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      thread.unlock();
    }
  }
}
