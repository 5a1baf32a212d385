package io.kubetune.cli.publish;

import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/// The locks between a pod's trainer and publisher: each holds one that the kernel releases in the
/// moment its process is gone, and waits for the other's.
///
/// ```
/// try (TrainerLock lock = TrainerLock.announce(trainerFile, publisherFile)) {
///   lock.awaitTrainer(Duration.ofSeconds(60));
/// }
/// ```
public final class TrainerLock implements AutoCloseable {
  private static final String CLAIMED = "claimed";
  private static final String PUBLISHER_CLAIMED = "publisher-claimed";
  private static final long POLL_MILLIS = 200;

  private final Path trainerFile;
  private final FileChannel own;
  private final FileLock held;

  private TrainerLock(Path trainerFile, FileChannel own, FileLock held) {
    this.trainerFile = trainerFile;
    this.own = own;
    this.held = held;
  }

  /// Locks the publisher's own file, so that the trainer sees when this process dies.
  public static TrainerLock announce(Path trainerFile, Path publisherFile) {
    try {
      FileChannel channel =
          FileChannel.open(publisherFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.lock();
      Files.writeString(
          publisherFile.resolveSibling(PUBLISHER_CLAIMED), ProcessHandle.current().pid() + "\n");
      return new TrainerLock(trainerFile, channel, lock);
    } catch (IOException e) {
      throw storage(publisherFile, e);
    }
  }

  /// Comes back when the trainer's process is gone, for whatever reason.
  ///
  /// @param longestStart how long a trainer may take from now to its first act
  /// @throws TuneException KILLED where none appears
  public void awaitTrainer(Duration longestStart) throws InterruptedException {
    Path claimed = trainerFile.resolveSibling(CLAIMED);
    Instant end = Instant.now().plus(longestStart);
    while (!Files.exists(claimed)) {
      if (Instant.now().isAfter(end)) {
        throw new TuneException(
            ExitCode.KILLED,
            "can't publish the adapter",
            "trainer",
            "it did not start within " + longestStart.toSeconds() + " s",
            "kubectl tune status says what its container did");
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    try (FileChannel channel = FileChannel.open(trainerFile, StandardOpenOption.WRITE)) {
      channel.lock().release();
    } catch (IOException e) {
      throw storage(trainerFile, e);
    }
  }

  @Override
  public void close() {
    try {
      held.release();
      own.close();
    } catch (IOException e) {
      // The process ends, and the lock with it.
    }
  }

  private static TuneException storage(Path file, IOException e) {
    return new TuneException(
        ExitCode.STORAGE,
        "can't wait for the trainer",
        file.toString(),
        Storage.reason(e),
        "the pod needs a volume that both containers can write",
        e);
  }
}
