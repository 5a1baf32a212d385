package io.kubetune.trainer.command;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import io.kubetune.trainer.files.StorageFailure;
import io.kubetune.trainer.files.WholeFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The lock that tells a pod's publisher whether this process still lives: the kernel releases it
/// in the moment the process is gone, for whatever reason.
///
/// `KUBETUNE_LOCK_FILE` names the file. Once the lock is held a file `claimed` appears beside it;
/// the publisher waits for that, then for the lock.
///
/// ```
/// Optional<ClaimedLock> lock = ClaimedLock.take(System.getenv());
/// ```
record ClaimedLock(Path file, FileChannel channel, FileLock lock) {
  private static final String VARIABLE = "KUBETUNE_LOCK_FILE";
  private static final String CLAIMED = "claimed";

  /// Reachable as long as the process lives: a channel that nobody knows any more is closed by the
  /// garbage collector, and its lock with it.
  private static final Set<ClaimedLock> HELD = ConcurrentHashMap.newKeySet();

  /// Held until the process ends; empty where no file is named.
  ///
  /// @throws TuneException ALREADY_EXISTS where another trainer holds it
  static Optional<ClaimedLock> take(Map<String, String> environment) {
    String named = environment.getOrDefault(VARIABLE, "");
    if (named.isEmpty()) {
      return Optional.empty();
    }
    Path file = Path.of(named);
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw new TuneException(
            ExitCode.ALREADY_EXISTS,
            "can't start training",
            file.toString(),
            "another trainer holds this lock",
            "wait until it is done, or give this run its own " + VARIABLE);
      }
      WholeFile.write(file.resolveSibling(CLAIMED), ProcessHandle.current().pid() + "\n");
      ClaimedLock held = new ClaimedLock(file, channel, lock);
      HELD.add(held);
      return Optional.of(held);
    } catch (IOException e) {
      throw StorageFailure.of("can't take the lock that " + VARIABLE + " names", file, e);
    }
  }

  /// Names of the files that this leaves in its folder.
  Set<String> fileNames() {
    return Set.of(file.getFileName().toString(), CLAIMED);
  }
}
