package io.kubetune.trainer.command;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.files.StorageFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Tells a pod's trainer that the publisher is gone: what it trains from then on nobody would push,
/// and the pod would hold its GPU until it is done.
///
/// `KUBETUNE_PUBLISHER_LOCK_FILE` names the file that the publisher locks; `publisher-claimed`
/// beside it says that it did.
///
/// ```
/// PublisherWatch.start(System.getenv(), shutdown);
/// ```
final class PublisherWatch {
  private static final String VARIABLE = "KUBETUNE_PUBLISHER_LOCK_FILE";
  private static final String CLAIMED = "publisher-claimed";

  /// The kubelet starts containers one after the other, from images that are there by then.
  private static final Duration LONGEST_START = Duration.ofMinutes(2);

  private static final long POLL_MILLIS = 500;

  private PublisherWatch() {}

  static void start(Map<String, String> environment, Shutdown shutdown) {
    String named = environment.getOrDefault(VARIABLE, "");
    if (!named.isEmpty()) {
      Thread.ofPlatform()
          .name("publisher-watch")
          .daemon()
          .start(() -> watch(Path.of(named), shutdown));
    }
  }

  private static void watch(Path file, Shutdown shutdown) {
    try {
      Instant end = Instant.now().plus(LONGEST_START);
      while (!Files.exists(file.resolveSibling(CLAIMED))) {
        if (Instant.now().isAfter(end)) {
          shutdown.abandon(gone("it did not start within " + LONGEST_START.toSeconds() + " s"));
          return;
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        // Asked again and again, not waited for: the publisher waits for our lock, and the kernel
        // refuses two that wait for one another.
        for (FileLock lock = channel.tryLock(); lock == null; lock = channel.tryLock()) {
          TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        shutdown.abandon(gone("it ended before the training did"));
      }
    } catch (IOException e) {
      shutdown.abandon(StorageFailure.of("can't watch the publisher", file, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static TuneException gone(String found) {
    return new TuneException(
        ExitCode.KILLED,
        "stopped training, because nobody would publish the adapter",
        "publisher",
        found,
        "kubectl tune status says why; a checkpoint claim keeps what was trained");
  }
}
