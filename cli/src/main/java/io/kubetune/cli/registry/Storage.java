package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Says in words what a disk refused.
///
/// ```
/// throw Storage.failed("can't unpack the adapter", "out", e);
/// ```
public final class Storage {
  private Storage() {}

  /// @param place the file or folder, where the exception names none
  public static TuneException failed(String attempted, String place, IOException cause) {
    String where =
        cause instanceof FileSystemException e && e.getFile() != null ? e.getFile() : place;
    String reason =
        cause instanceof FileSystemException e && e.getReason() != null
            ? e.getReason()
            : String.valueOf(cause.getMessage());
    String found =
        switch (cause) {
          case AccessDeniedException e -> "no permission";
          case NoSuchFileException e -> "no such file or folder";
          default -> reason;
        };
    String remedy =
        switch (cause) {
          case AccessDeniedException _ ->
              "make it writable for the user that this runs as; in a pod that is 65532, group 65532";
          default -> reason.contains("No space left") ? "free some space, then run it again" : "";
        };
    return new TuneException(ExitCode.STORAGE, attempted, where, found, remedy, cause);
  }
}
