package io.kubetune.cli.submit;

import io.kubetune.cli.registry.Storage;
import java.io.IOException;
import java.nio.file.FileSystemException;

/// Why a file or folder could not be written, in words: Java's own messages are often the path
/// alone.
///
/// ```
/// StorageReason.of(new AccessDeniedException("/runs"))   // no permission (/runs)
/// ```
final class StorageReason {
  private StorageReason() {}

  static String of(IOException failure) {
    return switch (failure) {
      case FileSystemException e -> Storage.reason(e) + " (" + e.getFile() + ")";
      default -> String.valueOf(failure.getMessage());
    };
  }
}
