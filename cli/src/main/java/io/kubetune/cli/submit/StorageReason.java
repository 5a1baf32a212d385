package io.kubetune.cli.submit;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/// Why a file or folder could not be written, in words: Java's own messages are often the path
/// alone.
///
/// ```
/// StorageReason.of(new AccessDeniedException("/runs"))   // no permission for /runs
/// ```
final class StorageReason {
  private StorageReason() {}

  static String of(IOException failure) {
    return switch (failure) {
      case AccessDeniedException e -> "no permission for " + e.getFile();
      case FileSystemException e when e.getReason() != null ->
          e.getReason() + " (" + e.getFile() + ")";
      case FileSystemException e ->
          e.getClass().getSimpleName().replaceAll("Exception$", "") + " " + e.getFile();
      default -> String.valueOf(failure.getMessage());
    };
  }
}
