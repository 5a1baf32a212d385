package io.kubetune.cli.registry;

import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

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
    String found = reason(cause);
    return new TuneException(ExitCode.STORAGE, attempted, where, found, remedy(cause), cause);
  }

  /// Without the file's name: Java's own message is often that alone.
  public static String reason(IOException cause) {
    return switch (cause) {
      case AccessDeniedException _ -> "no permission";
      case NoSuchFileException _ -> "no such file or folder";
      case FileAlreadyExistsException _ -> "a file of that name is in the way";
      case NotDirectoryException _ -> "not a folder";
      case DirectoryNotEmptyException _ -> "the folder is not empty";
      case CharacterCodingException _ -> "not UTF-8";
      case FileSystemLoopException _ -> "a link that leads back to a folder above it";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> innermost(cause);
    };
  }

  /// One thread's failure comes to another one wrapped.
  private static String innermost(Throwable cause) {
    Throwable each = cause;
    while (each.getCause() instanceof IOException inner) {
      each = inner;
    }
    return each.getMessage() == null ? each.getClass().getSimpleName() : each.getMessage();
  }

  private static String remedy(IOException cause) {
    String reason = reason(cause);
    if (cause instanceof AccessDeniedException) {
      return "make it writable for the user that this runs as; in a pod that is 65532, group 65532";
    }
    if (reason.contains("No space left") || reason.contains("quota exceeded")) {
      return "free some space, or name a folder on another disk, then run it again";
    }
    return reason.contains("Read-only") || reason.contains("in the way")
        ? "name another folder"
        : "";
  }
}
