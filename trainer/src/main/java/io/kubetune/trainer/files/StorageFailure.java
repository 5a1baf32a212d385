package io.kubetune.trainer.files;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;

/// Says what a disk's refusal means and what to do about it.
///
/// ```
/// catch (IOException e) { throw StorageFailure.of("can't write the checkpoint", folder, e); }
/// ```
public final class StorageFailure {
  private StorageFailure() {}

  /// @param attempted for example `can't write checkpoint-20`
  /// @param path what was being written, named where the exception does not name it
  public static TuneException of(String attempted, Path path, IOException failure) {
    String place =
        failure instanceof FileSystemException e && e.getFile() != null
            ? e.getFile()
            : path.toString();
    String found = reason(failure);
    return new TuneException(
        ExitCode.STORAGE, attempted, place, found, remedy(failure, found), failure);
  }

  private static String reason(IOException failure) {
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    String reason = failure instanceof FileSystemException e ? e.getReason() : failure.getMessage();
    return Optional.ofNullable(reason).orElse(failure.getClass().getSimpleName());
  }

  private static String remedy(IOException failure, String found) {
    if (failure instanceof AccessDeniedException) {
      return "give the user that trains write access, or set TrainingArguments.output_dir to a"
          + " folder that has it";
    }
    // The texts of errno: ENOSPC, EDQUOT, EROFS.
    if (found.contains("No space left") || found.contains("quota exceeded")) {
      return "free space on this volume, or lower TrainingArguments.save_total_limit; then start"
          + " again: the newest whole checkpoint is used";
    }
    if (found.contains("Read-only file system")) {
      return "mount the volume read-write, or set TrainingArguments.output_dir to a folder that is";
    }
    return "check the volume that holds this path, then start again";
  }
}
